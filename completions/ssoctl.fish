# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_ssoctl_global_optspecs
    string join \n C/workspace= format= no-input q/quiet h/help V/version
end

function __fish_ssoctl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_ssoctl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_ssoctl_using_subcommand
    set -l cmd (__fish_ssoctl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c ssoctl -n "__fish_ssoctl_needs_command" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_needs_command" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_needs_command" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -s V -l version -d 'Print version'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -f -a "init" -d 'Make a workspace: a folder, meant to live in git, that holds your connections'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -f -a "provider" -d 'What ssoctl knows of each vendor: capabilities, settings, fields, prerequisites'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -f -a "connection" -d 'Add, look at and change connections'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -f -a "metadata" -d 'Look at metadata, discovery and key sets; verify signatures; export SP metadata'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -f -a "cert" -d 'Check certificates (the gate for CI), plan their rollover, show, add and remove them, make a key and a certificate'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -f -a "login" -d 'What would happen at a login, what did happen at one, and why'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -f -a "mapping" -d 'Map groups, user types and divisions of the identity provider to those of the vendor'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -f -a "domain" -d 'Which e-mail domain leads to which connection'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -f -a "check" -d 'Check every connection, and what they say together'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -f -a "explain" -d 'Say what a code means, why it matters, and how to mend it'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -f -a "users" -d 'List, export and compare users; migrate usernames, make accounts: plan, apply, resume, roll back'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -f -a "sandbox" -d 'A local stand-in for a vendor, for rehearsal'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -f -a "demo" -d 'Rehearse a vendor in a throw-away workspace, by the very commands that you would type'
complete -c ssoctl -n "__fish_ssoctl_needs_command" -f -a "completions" -d 'Print the completion script for a shell'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand init" -l warn-days -d '`cert check` warns when a connection\'s cover ends within this many days' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand init" -l fail-days -d '`cert check` fails when a connection\'s cover ends within this many days' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand init" -l certificate-validity -d 'What counts: the dates of the stored certificate, or of its key (federation practice)' -r -f -a "strict\t'The dates of a stored certificate bind'
key-only\t'Stored certificates of one key count as one, from the first day to the last'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand init" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand init" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand init" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand init" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and not __fish_seen_subcommand_from list show" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and not __fish_seen_subcommand_from list show" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and not __fish_seen_subcommand_from list show" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and not __fish_seen_subcommand_from list show" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and not __fish_seen_subcommand_from list show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and not __fish_seen_subcommand_from list show" -f -a "list" -d 'List all vendors, and what each can do'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and not __fish_seen_subcommand_from list show" -f -a "show" -d 'Show one vendor: what it can do, what it must be told, where the facts come from'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and __fish_seen_subcommand_from list" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and __fish_seen_subcommand_from list" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and __fish_seen_subcommand_from show" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and __fish_seen_subcommand_from show" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and __fish_seen_subcommand_from show" -l yaml -d 'Print the profile itself, as YAML'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand provider; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -f -a "add" -d 'Add a connection: from the identity provider\'s documents, by hand, or by questions'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -f -a "list" -d 'List all connections'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -f -a "show" -d 'Show one connection and what is to be said about it'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -f -a "set" -d 'Change keys of a connection\'s file in place; comments and other lines stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -f -a "binding" -d 'Add, remove and enable bindings by hand; the vendor uses one at a time'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -f -a "refresh" -d 'Compare a connection with what the other side publishes now, and take it over with consent'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -f -a "handover" -d 'Write what the vendor\'s form, or the identity provider\'s administrator, needs'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -f -a "url" -d 'Show where users begin, what an IdP-initiated login must carry, and where logins end'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -f -a "test" -d 'Log in at the real identity provider, and see what it sends and what the vendor would make of it'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -f -a "enable" -d 'Record that a connection is switched on at the vendor, once a test login is on record'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -f -a "disable" -d 'Record that a connection is switched off at the vendor; says who can be locked out'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -f -a "apply" -d 'Record that a connection is entered at the vendor as the file says'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -f -a "diff" -d 'Show what of a connection is not yet entered at the vendor'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -f -a "revert" -d 'Take a connection\'s file back to what was last applied'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and not __fish_seen_subcommand_from add list show set binding refresh handover url test enable disable apply diff revert remove" -f -a "remove" -d 'Remove a connection\'s file; git keeps what was committed'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l provider -d 'The vendor; `ssoctl provider list` shows all' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l metadata -d 'IdP metadata: a file, a URL, or `-` for standard input' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l discovery -d 'OpenID Connect discovery: a file, or the URL of the document or of the issuer' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l idp-entity-id -d 'The IdP\'s entity ID by hand, where there is no metadata' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l outbound -d 'OAuth 2.0 by which the vendor logs in at another application, such as Salesforce; no user logs in by it' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l entity-id -d 'Which identity provider, where the document holds several' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l binding -d 'The binding to enable, such as HTTP-POST [default: the vendor\'s preferred one]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l sso-url -d 'The single sign-on URL by hand; beside metadata where that has none that the vendor can use' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l slo-url -d 'The single logout URL by hand' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l certificate -d 'A signing certificate by hand: a PEM, DER or PKCS#7 file; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l sp-metadata -d 'The vendor\'s own SP metadata: a file, a URL, or `-`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l sp-entity-id -d 'The vendor\'s entity ID, from the connection\'s page' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l sp-acs -d 'The vendor\'s assertion consumer service, from the connection\'s page' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l relay-state -d 'RelayState that an IdP-initiated login must carry' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l vendor-name -d 'The connection\'s name at the vendor [default: NAME]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l technical-contact -d 'Whom the vendor asks when something breaks' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l display-name -d 'What users see on the login page' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l setting -d 'A fact about your tenant; `ssoctl provider show` lists them' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l attribute -d 'Which attribute of the assertion, or claim, fills a user field, in exact case' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l dashboard-attribute -d 'An attribute captured for dashboards, in exact case; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l set -d 'Any other field of the vendor\'s page, by its key in the file, such as login.exit_url=URL; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l sign-request -d 'Sign the authentication request [default: what the IdP\'s metadata asks for]' -r -f -a "true\t''
false\t''"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l just-in-time -d 'Create unknown users at login' -r -f -a "true\t''
false\t''"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l valid-email-domain -d 'A domain that may enrol and log in, or `*`; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l client-id -d 'Client identifier at the IdP' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l client-secret -d 'Reference to the client secret: env:NAME, file:PATH or command:LINE' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l authorization-endpoint -d 'Authorization endpoint, where there is no discovery document or it has none; so the next ones' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l token-endpoint -d 'Token endpoint' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l user-info-endpoint -d 'User information endpoint' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l public-keys-endpoint -d 'Where the keys are that sign ID tokens (JWKS)' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l public-key -d 'The public key that signs ID tokens, where the vendor takes one: a PEM or DER file' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l issuer -d 'Exactly what `iss` of an ID token must be' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l token-auth-method -d 'How the client proves itself at the token endpoint: basic or post; may be repeated' -r -f -a "basic\t''
post\t''"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l scope -d 'Scopes, space-separated [default: openid email profile, as far as offered]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l oauth-name -d 'The OAuth name, which is not the connection\'s name' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l id-token-algorithm -d 'An algorithm that ID tokens are signed with; may be repeated [default: RS256]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l bearer -d 'Where the access token goes in the user-info request [default: header]' -r -f -a "header\t''
body\t''
query\t''"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l token -d 'Reference to the token of the vendor\'s user API: env:NAME, file:PATH or command:LINE' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l api-url -d 'Base URL of the vendor\'s user API, where it does not follow from the settings' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l mdq -d 'A metadata query service (MDQ), which is asked for --entity-id alone' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l trust -d 'Believe only what this key signed: a certificate or public key file, or `sha256:` and a certificate\'s fingerprint; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l max-validity -d 'Refuse SAML metadata that is valid for more than so many days from now, or without an end' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l max-size -d 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l timeout -d 'Seconds that fetching a URL, or looking at a server, may take in all' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l allow-origin -d 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l ca-file -d 'Trust the authorities of this PEM file too when fetching' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l google -d 'Google\'s own login, which passes no attributes'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l entra -d 'Microsoft Entra ID\'s own login (Azure AD)'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l incommon -d 'The vendor\'s metadata comes from InCommon, which changes its entity ID and ACS'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l force-authentication -d 'Have the IdP authenticate anew at each login'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l no-replay-prevention -d 'Do not refuse an assertion that was seen before'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l notify-admins -d 'Tell administrators of each user created'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l update-on-every-login -d 'Overwrite profile fields at every login'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l change-on-login -d 'Append the brand suffix to an existing username at its first login'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l merge-on-login -d 'Offer to merge with an existing account at the first login'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l mdq-sha1 -d 'Ask it by the SHA-1 of the entity ID [default: only where the entity ID itself is not found]'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l insecure-allow-sha1 -d 'Accept signatures made with SHA-1, which can be forged'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l require-valid-until -d 'Refuse SAML metadata whose root has no validUntil, or one that has passed or cannot be read'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l insecure-allow-http -d 'Fetch http:// URLs too; whoever sits between can then change the document'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l untrusted -d 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -s y -l yes -d 'Write without asking'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from list" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from list" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from show" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from show" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -l unset -d 'A key to remove; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -l enable-binding -d 'Enable this single sign-on binding and disable the others' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -l metadata -d 'As `connection refresh NAME --metadata SOURCE --apply`: endpoints and certificates of the same entity' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -l sp-metadata -d 'Take entity ID, ACS and certificates from the vendor\'s SP metadata: a file, a URL, or `-`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -l accept -d 'Change a guarded field all the same: guarded-field' -r -f -a "guarded-field\t''"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -l entity-id -d 'Which entity of the document that `--sp-metadata` names' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -l max-validity -d 'Refuse SAML metadata that is valid for more than so many days from now, or without an end' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -l max-size -d 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -l timeout -d 'Seconds that fetching a URL, or looking at a server, may take in all' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -l allow-origin -d 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -l ca-file -d 'Trust the authorities of this PEM file too when fetching' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -l require-valid-until -d 'Refuse SAML metadata whose root has no validUntil, or one that has passed or cannot be read'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -l insecure-allow-http -d 'Fetch http:// URLs too; whoever sits between can then change the document'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -l untrusted -d 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from binding" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from binding" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from binding" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from binding" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from binding" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from binding" -f -a "add" -d 'Add a single sign-on endpoint; it is not enabled unless it is the only one'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from binding" -f -a "remove" -d 'Remove a single sign-on endpoint that is not the enabled one'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from binding" -f -a "enable" -d 'Enable a binding and disable the others, as `connection set --enable-binding` does'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l accept -d 'Accept changes of high risk of this code, such as key-set-replaced; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l metadata -d 'IdP metadata, or discovery of an OAuth 2.0 connection, from here in place of the file\'s URL: a file, a URL, or `-`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l sp-metadata -d 'The vendor\'s SP metadata from here: a file, a URL, or `-`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l entity-id -d 'Which entity of the document that `--sp-metadata` names' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l trust -d 'Believe only what this key signed: a certificate or public key file, or `sha256:` and a certificate\'s fingerprint; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l max-validity -d 'Refuse SAML metadata that is valid for more than so many days from now, or without an end' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l max-size -d 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l timeout -d 'Seconds that fetching a URL, or looking at a server, may take in all' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l allow-origin -d 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l ca-file -d 'Trust the authorities of this PEM file too when fetching' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l all -d 'Look at every connection that has a URL'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l check -d 'Only look: write nothing, ask nothing, exit 1 when something has changed'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l apply -d 'Take changes over without asking'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l insecure-allow-sha1 -d 'Accept signatures made with SHA-1, which can be forged'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l require-valid-until -d 'Refuse SAML metadata whose root has no validUntil, or one that has passed or cannot be read'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l insecure-allow-http -d 'Fetch http:// URLs too; whoever sits between can then change the document'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l untrusted -d 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from refresh" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from handover" -l for -d 'Who is given it' -r -f -a "vendor\t'The vendor\'s page, form or support desk'
idp\t'The identity provider\'s administrator'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from handover" -l idp -d 'Product of the identity provider, for its click path [default: told by its addresses]' -r -f -a "entra\t''
okta\t''
google\t''
adfs\t''
ping\t''
keycloak\t''
shibboleth\t''"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from handover" -s o -l output -d 'Write to this file [default: standard output]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from handover" -l compare -d 'Compare a sheet that came back with the connection\'s file (`-` reads standard input)' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from handover" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from handover" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from handover" -l force -d 'Replace the file if it is there'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from handover" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from handover" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from handover" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from url" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from url" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from url" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from url" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from url" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l listen -d 'Where to listen on this machine, or the port alone; the pages are called `localhost`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l wait -d 'Seconds to wait for a login' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l request-binding -d 'How the request is sent [default: that of the enabled endpoint] (SAML)' -r -f -a "redirect\t'In the address'
post\t'By a form that sends itself'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l relay-state -d 'The RelayState to send, in place of a random one (SAML)' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l response -d 'Judge this captured login to the vendor in place of waiting for one; as `login decode` takes it' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l jwks -d 'The key set of the identity provider, which proves an ID token of `--response`: what its `jwks_uri` answers' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l save -d 'Write what the identity provider sent to a file that only you can read (0600), for `login decode`: the SAML response or the ID token, and no other token. It holds a login: keep it like a password' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l directory -d 'The vendor\'s users as CSV; without it no account is looked up' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l skew -d 'Seconds by which clocks may differ' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l max-size -d 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l timeout -d 'Seconds that fetching a URL, or looking at a server, may take in all' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l allow-origin -d 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l ca-file -d 'Trust the authorities of this PEM file too when fetching' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l metadata -d 'Print the metadata of the test\'s service provider, and end'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l no-browser -d 'Do not open a browser: open the page yourself'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l tls -d 'Serve the pages by https, with a certificate that the browser does not know'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l idp-initiated -d 'The login begins at the identity provider: take a response to no request (SAML). One that is accepted ends the test, and no other; see whom it is of, since every user there can bring their own'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l force-authn -d 'Ask the identity provider to authenticate the user anew'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l sign-request -d 'Sign the request, also where neither the connection nor the identity provider asks for it (SAML)'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l slo -d 'Log out at the identity provider afterwards: press the button of the result\'s page (SAML)'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l force -d 'Replace the file of `--save` where it is there already'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l record -d 'Record the day of this login as that of the last successful test, where it is let in or prompted; a captured one must be of the last day, and for this vendor'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l insecure-allow-sha1 -d 'Accept signatures made with SHA-1, which can be forged (SAML)'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l insecure-allow-http -d 'Fetch http:// URLs too; whoever sits between can then change the document'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l untrusted -d 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from enable" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from enable" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from enable" -l accept-untested -d 'Enable it although no test login is on record'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from enable" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from enable" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from disable" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from disable" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from disable" -s y -l yes -d 'Disable without asking'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from disable" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from disable" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from apply" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from apply" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from apply" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from apply" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from apply" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from diff" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from diff" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from diff" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from diff" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from revert" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from revert" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from revert" -s y -l yes -d 'Revert without asking'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from revert" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from revert" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from revert" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from remove" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from remove" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Remove without asking'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand connection; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and not __fish_seen_subcommand_from inspect verify export diff" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and not __fish_seen_subcommand_from inspect verify export diff" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and not __fish_seen_subcommand_from inspect verify export diff" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and not __fish_seen_subcommand_from inspect verify export diff" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and not __fish_seen_subcommand_from inspect verify export diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and not __fish_seen_subcommand_from inspect verify export diff" -f -a "inspect" -d 'Show what a document says: SAML metadata, OpenID Connect discovery, or a JWKS'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and not __fish_seen_subcommand_from inspect verify export diff" -f -a "verify" -d 'Verify the signature of SAML metadata with a pinned key'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and not __fish_seen_subcommand_from inspect verify export diff" -f -a "export" -d 'Write the SP metadata for the IdP\'s administrator: a vendor\'s, or of an SP that you run'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and not __fish_seen_subcommand_from inspect verify export diff" -f -a "diff" -d 'Show what two documents say differently, the riskiest change first'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l entity-id -d 'Show this entity only' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l search -d 'List entities with this text in entity ID, name (in any language), scope or registrar' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l role -d 'List entities that have this role' -r -f -a "idp\t''
sp\t''"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l mdq -d 'A metadata query service (MDQ), which is asked for --entity-id alone' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l trust -d 'Believe only what this key signed: a certificate or public key file, or `sha256:` and a certificate\'s fingerprint; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l max-validity -d 'Refuse SAML metadata that is valid for more than so many days from now, or without an end' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l max-size -d 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l timeout -d 'Seconds that fetching a URL, or looking at a server, may take in all' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l allow-origin -d 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l ca-file -d 'Trust the authorities of this PEM file too when fetching' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l list -d 'List the entities of a federation\'s document instead of showing them'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l lint -d 'Exit 1 when the document has errors that make it unusable'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l mdq-sha1 -d 'Ask it by the SHA-1 of the entity ID [default: only where the entity ID itself is not found]'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l insecure-allow-sha1 -d 'Accept signatures made with SHA-1, which can be forged'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l require-valid-until -d 'Refuse SAML metadata whose root has no validUntil, or one that has passed or cannot be read'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l insecure-allow-http -d 'Fetch http:// URLs too; whoever sits between can then change the document'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l untrusted -d 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -l entity-id -d 'The entity that must be in it; the signature is verified over the whole all the same' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -l mdq -d 'A metadata query service (MDQ), which is asked for --entity-id alone' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -l trust -d 'Believe only what this key signed: a certificate or public key file, or `sha256:` and a certificate\'s fingerprint; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -l max-validity -d 'Refuse SAML metadata that is valid for more than so many days from now, or without an end' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -l max-size -d 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -l timeout -d 'Seconds that fetching a URL, or looking at a server, may take in all' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -l allow-origin -d 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -l ca-file -d 'Trust the authorities of this PEM file too when fetching' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -l mdq-sha1 -d 'Ask it by the SHA-1 of the entity ID [default: only where the entity ID itself is not found]'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -l insecure-allow-sha1 -d 'Accept signatures made with SHA-1, which can be forged'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -l require-valid-until -d 'Refuse SAML metadata whose root has no validUntil, or one that has passed or cannot be read'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -l insecure-allow-http -d 'Fetch http:// URLs too; whoever sits between can then change the document'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -l untrusted -d 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -l sp-entity-id -d 'Entity ID of an SP that you run' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -l sp-acs -d 'Its assertion consumer service for HTTP-POST' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -l sp-signing-certificate -d 'Certificate of a key that it signs requests with; may be repeated' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -l sp-encryption-certificate -d 'Certificate of a key that assertions may be encrypted to; may be repeated' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -s o -l output -d 'Write to this file [default: standard output]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -l valid-until -d 'Date or time until which the document may be used' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -l valid-for -d 'Days from now for which the document may be used' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -l cache-for -d 'Hours after which a copy is to be fetched again (cacheDuration)' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -l key -d 'The private key, PEM: a file that only you can read, env:NAME or command:LINE' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -l key-passphrase -d 'Reference to the passphrase of an encrypted key: env:NAME, file:PATH or command:LINE' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -l certificate -d 'The certificate of that key, which the signature then brings along' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -l force -d 'Replace the file if it is there'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -l sign -d 'Sign the document with a key of yours, RSA or EC'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from diff" -l entity-id -d 'Compare this entity only' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from diff" -l max-size -d 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from diff" -l timeout -d 'Seconds that fetching a URL, or looking at a server, may take in all' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from diff" -l allow-origin -d 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from diff" -l ca-file -d 'Trust the authorities of this PEM file too when fetching' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from diff" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from diff" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from diff" -l insecure-allow-http -d 'Fetch http:// URLs too; whoever sits between can then change the document'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from diff" -l untrusted -d 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from diff" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from diff" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand metadata; and __fish_seen_subcommand_from diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and not __fish_seen_subcommand_from check plan show generate add remove step" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and not __fish_seen_subcommand_from check plan show generate add remove step" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and not __fish_seen_subcommand_from check plan show generate add remove step" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and not __fish_seen_subcommand_from check plan show generate add remove step" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and not __fish_seen_subcommand_from check plan show generate add remove step" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and not __fish_seen_subcommand_from check plan show generate add remove step" -f -a "check" -d 'Check certificates: until when is each connection covered?'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and not __fish_seen_subcommand_from check plan show generate add remove step" -f -a "plan" -d 'Show when certificates, client secrets and API tokens end, and the steps to the next ones'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and not __fish_seen_subcommand_from check plan show generate add remove step" -f -a "show" -d 'Show everything about each certificate of a file, URL, server or connection'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and not __fish_seen_subcommand_from check plan show generate add remove step" -f -a "generate" -d 'Generate a private key and a self-signed certificate for an SP that you run'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and not __fish_seen_subcommand_from check plan show generate add remove step" -f -a "add" -d 'Add an identity provider\'s signing certificates to a connection by hand'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and not __fish_seen_subcommand_from check plan show generate add remove step" -f -a "remove" -d 'Remove a signing certificate from a connection'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and not __fish_seen_subcommand_from check plan show generate add remove step" -f -a "step" -d 'Do what a connection\'s file has planned up to today'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -l tls -d 'Look at the certificate that a server presents; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -l warn-days -d 'Warn when an end is within this many days [default: ssoctl.yaml, else 30]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -l fail-days -d 'Fail when an end is within this many days [default: ssoctl.yaml, else 7]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -l fail-on -d 'Exit 1 from this status on' -r -f -a "warn\t'Also for a warning'
fail\t'Within the fail days, expired, not yet valid, or unreadable'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -l certificate-validity -d 'What counts: the dates of the stored certificate, or of its key [default: ssoctl.yaml, else strict]' -r -f -a "strict\t'The dates of a stored certificate bind'
key-only\t'Stored certificates of one key count as one, from the first day to the last'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -l max-size -d 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -l timeout -d 'Seconds that fetching a URL, or looking at a server, may take in all' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -l allow-origin -d 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -l ca-file -d 'Trust the authorities of this PEM file too when fetching' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -l key-sets -d 'Fetch the key sets of OAuth 2.0 connections too, and check the certificates of their keys'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -l insecure-allow-http -d 'Fetch http:// URLs too; whoever sits between can then change the document'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -l untrusted -d 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from plan" -l max-size -d 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from plan" -l timeout -d 'Seconds that fetching a URL, or looking at a server, may take in all' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from plan" -l allow-origin -d 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from plan" -l ca-file -d 'Trust the authorities of this PEM file too when fetching' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from plan" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from plan" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from plan" -l fetch -d 'Fetch what the other sides publish now, and plan with it too'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from plan" -l insecure-allow-http -d 'Fetch http:// URLs too; whoever sits between can then change the document'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from plan" -l untrusted -d 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from plan" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from plan" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from plan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from show" -l tls -d 'Show the certificate that a server presents; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from show" -l max-size -d 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from show" -l timeout -d 'Seconds that fetching a URL, or looking at a server, may take in all' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from show" -l allow-origin -d 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from show" -l ca-file -d 'Trust the authorities of this PEM file too when fetching' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from show" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from show" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from show" -l pem -d 'Print the certificates themselves as PEM, and nothing else'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from show" -l insecure-allow-http -d 'Fetch http:// URLs too; whoever sits between can then change the document'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from show" -l untrusted -d 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from generate" -l subject -d 'Common name, mostly the host name of the SP' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from generate" -l key-type -d 'The kind of key; rsa3072 is read everywhere and is good beyond 2030' -r -f -a "rsa2048\t''
rsa3072\t''
rsa4096\t''
p256\t''
p384\t''"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from generate" -l days -d 'How long the certificate is valid' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from generate" -l key-out -d 'Write the private key to this file, which only you can read' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from generate" -l cert-out -d 'Write the certificate to this file [default: standard output]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from generate" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from generate" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from generate" -l force -d 'Replace the files if they are there; a replaced key is lost'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from generate" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from generate" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from generate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from add" -l at -d 'Only write into the file that it comes on this day; `check` tells when it is there, `cert step` does it' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from add" -l accept -d 'Add it although it has ended' -r -f -a "certificate-expired\t''"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from add" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from add" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from remove" -l at -d 'Only write into the file that it goes on this day; `check` tells when it is there, `cert step` does it' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from remove" -l accept -d 'Remove it although it is the last one that is good today' -r -f -a "certificate-last\t''"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from remove" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from remove" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from step" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from step" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from step" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from step" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand cert; and __fish_seen_subcommand_from step" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and not __fish_seen_subcommand_from simulate decode" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and not __fish_seen_subcommand_from simulate decode" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and not __fish_seen_subcommand_from simulate decode" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and not __fish_seen_subcommand_from simulate decode" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and not __fish_seen_subcommand_from simulate decode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and not __fish_seen_subcommand_from simulate decode" -f -a "simulate" -d 'Say what would happen at a login: allow, deny or prompt, the account, its changes, and each rule'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and not __fish_seen_subcommand_from simulate decode" -f -a "decode" -d 'Verify a captured login step by step, and say what the vendor would make of it'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from simulate" -l set -d 'An attribute or claim; repeated, one more value; in place of that of a file' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from simulate" -l attributes -d 'Attributes: JSON, YAML or lines of name=value; `-` reads standard input' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from simulate" -l claims -d 'Claims of an ID token as JSON; `sub` is the subject' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from simulate" -l subject -d 'The subject: NameID of an assertion, `sub` of a token' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from simulate" -l directory -d 'The vendor\'s users as CSV; without it no account is looked up' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from simulate" -l cases -d 'Run a table of tests, and say which mappings, groups and domains they never used' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from simulate" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from simulate" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from simulate" -l require-coverage -d 'Exit 1 also where a mapping, group or domain of a connection was used by no case'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from simulate" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from simulate" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from simulate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -l connection -d 'The connection that it was a login of' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -l entry -d 'Which login of a recording, counted from 1 [default: the last one of the connection\'s protocol]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -l at -d 'The moment that counts as now [default: that of the recording, else now]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -l request -d 'ID of the request that it should answer (SAML)' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -l audience -d 'Entity ID of the service provider, in place of what is known of the vendor\'s; of a token, the client ID' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -l acs -d 'Assertion consumer service, in place of what is known of the vendor\'s; may be repeated (SAML)' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -l decrypt-with -d 'Private key of the service provider (SAML) that opens what is encrypted: a file that only you can read, env:NAME or command:LINE; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -l key-passphrase -d 'Reference to the passphrase of these keys: env:NAME, file:PATH or command:LINE' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -l jwks -d 'The key set of the identity provider, which proves an ID token: what its `jwks_uri` answers' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -l nonce -d 'The nonce that the login asked to have in the ID token' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -l directory -d 'The vendor\'s users as CSV; without it no account is looked up' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -l skew -d 'Seconds by which clocks may differ' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -l insecure-allow-sha1 -d 'Accept signatures made with SHA-1, which can be forged (SAML)'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -l to-vendor -d 'It must be a login to the vendor, and none to the service provider of a test'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand login; and __fish_seen_subcommand_from decode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and not __fish_seen_subcommand_from list add edit remove" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and not __fish_seen_subcommand_from list add edit remove" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and not __fish_seen_subcommand_from list add edit remove" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and not __fish_seen_subcommand_from list add edit remove" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and not __fish_seen_subcommand_from list add edit remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and not __fish_seen_subcommand_from list add edit remove" -f -a "list" -d 'List the mappings of a connection'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and not __fish_seen_subcommand_from list add edit remove" -f -a "add" -d 'Add a mapping, or all rows of a CSV file'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and not __fish_seen_subcommand_from list add edit remove" -f -a "edit" -d 'Change a mapping in place; comments and other rows stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and not __fish_seen_subcommand_from list add edit remove" -f -a "remove" -d 'Remove a mapping, after you have confirmed it'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from list" -l field -d 'Only mappings of this field' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from list" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from list" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from add" -l field -d 'Which of the vendor\'s fields, such as `user_type` [default: the only one that it maps]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from add" -l value -d 'The identity provider\'s value' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from add" -l to -d 'What the vendor makes of it; may be repeated where it takes several' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from add" -l description -d 'What a colleague should know' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from add" -l csv -d 'Rows to add: columns `value`, `to` and, if there, `field` and `description`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from add" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from add" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from edit" -l field -d 'Which of the vendor\'s fields [default: the only one that it maps]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from edit" -l value -d 'The identity provider\'s value, as it is in the file' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from edit" -l new-value -d 'What the value is to be' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from edit" -l to -d 'What the vendor makes of it; may be repeated where it takes several' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from edit" -l description -d 'What a colleague should know' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from edit" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from edit" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from edit" -l no-description -d 'Take the description out'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from edit" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from edit" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from remove" -l field -d 'Which of the vendor\'s fields [default: the only one that it maps]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from remove" -l value -d 'The identity provider\'s value, as it is in the file' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from remove" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from remove" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Remove without asking'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand mapping; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and not __fish_seen_subcommand_from list route" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and not __fish_seen_subcommand_from list route" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and not __fish_seen_subcommand_from list route" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and not __fish_seen_subcommand_from list route" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and not __fish_seen_subcommand_from list route" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and not __fish_seen_subcommand_from list route" -f -a "list" -d 'List e-mail domains: where each leads, and which connections let only some in'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and not __fish_seen_subcommand_from list route" -f -a "route" -d 'Tell which connection answers for an e-mail address, and why'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and __fish_seen_subcommand_from list" -l provider -d 'Only connections to this vendor' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and __fish_seen_subcommand_from list" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and __fish_seen_subcommand_from list" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and __fish_seen_subcommand_from route" -l provider -d 'Only connections to this vendor' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and __fish_seen_subcommand_from route" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and __fish_seen_subcommand_from route" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and __fish_seen_subcommand_from route" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and __fish_seen_subcommand_from route" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand domain; and __fish_seen_subcommand_from route" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand check" -l since -d 'Tell what a change has touched only: connections whose file is not what it was at this revision of git, or whose provider\'s profile is not, and whatever clashes with one of them. A change of ssoctl.yaml touches all' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand check" -l directory -d 'The user list as CSV with a column `username` and maybe `email`: tells domains that lead nowhere, and those that nobody has' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand check" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand check" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand check" -l strict -d 'Warnings count as errors do'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand check" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand check" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand explain" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand explain" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand explain" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand explain" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -f -a "list" -d 'List the users of a connection, as the vendor has them'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -f -a "export" -d 'Write the users of a connection to a file that can be opened in a spreadsheet and read back'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -f -a "compare" -d 'Tell who is missing where: at the vendor, or at the identity provider'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -f -a "migrate" -d 'Rename existing users to the form that SSO logs them in by'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -f -a "resume" -d 'Go on with a migration or rollback that stopped'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -f -a "rollback" -d 'Give renamed users their old names back'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -f -a "status" -d 'Show where migrations stand'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -f -a "audit" -d 'Show every write of a migration, and what came of it'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -f -a "forget" -d 'Remove plans that nobody has applied'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -f -a "worksheet" -d 'Carry out a plan without an API: an import file or worksheet, and a check afterwards'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -f -a "notice" -d 'List those who must be told of their new name: e-mail, old name, new name, login URL'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -f -a "link" -d 'Link users to a connection, where the vendor lets in only those who are'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and not __fish_seen_subcommand_from list export compare migrate resume rollback status audit forget worksheet notice link provision" -f -a "provision" -d 'Make accounts, with role and scope by group, from the user store\'s export'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from list" -l connection -d 'The connection whose users are listed' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from list" -l directory -d 'Read this exported list, CSV or the NDJSON of `users export`, and not the vendor\'s API' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from list" -l search -d 'Only accounts that have this text in ID, username, e-mail address, External ID or name, in any case' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from list" -l status -d 'Only accounts of this status, in the vendor\'s word and any case; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from list" -l role -d 'Only accounts that have this role or type, in the vendor\'s word and any case; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from list" -l request-timeout -d 'Seconds that one request may take' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from list" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from list" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from export" -l connection -d 'The connection whose users are written' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from export" -s o -l output -d 'The file; its ending says which form, `.csv` or `.ndjson`' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from export" -l as -d 'The form, where the ending does not say' -r -f -a "csv\t'For a spreadsheet'
ndjson\t'One JSON object a line'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from export" -l search -d 'Only accounts that have this text in ID, username, e-mail address, External ID or name, in any case' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from export" -l status -d 'Only accounts of this status, in the vendor\'s word and any case; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from export" -l role -d 'Only accounts that have this role or type, in the vendor\'s word and any case; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from export" -l request-timeout -d 'Seconds that one request may take' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from export" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from export" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from export" -l force -d 'Replace the file if it is there'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from export" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from compare" -l connection -d 'The connection whose users are compared' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from compare" -l csv -d 'The identity provider\'s export, with a header line; `-` reads standard input' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from compare" -l directory -d 'The vendor\'s exported list, and not its API' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from compare" -l key-column -d 'Column of --csv with what users are found by' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from compare" -l email-column -d 'Column of --csv with the e-mail address, whose domain must be allowed' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from compare" -l active-column -d 'Column of --csv that says whether somebody may log in' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from compare" -l encoding -d 'Encoding of --csv, where it is not UTF-8 or UTF-16, such as windows-1252' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from compare" -l except -d 'Username of an account that is meant to be at the vendor alone, such as that of an API; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from compare" -s o -l output -d 'Write every row to this CSV file too' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from compare" -l request-timeout -d 'Seconds that one request may take' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from compare" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from compare" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from compare" -l force -d 'Replace the file of -o if it is there'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from compare" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from compare" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from compare" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l csv -d 'The roster: a CSV file with a header line, or `-`; a column `email` is compared with the address of each account' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l connection -d 'The connection whose users are renamed' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l old-column -d 'Column of the old username [default: old_username, username or login]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l new-column -d 'Column of the new value, without the suffix [default: new_value, new, sso_value or employee_id]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l encoding -d 'Encoding of the roster, where it is not UTF-8 or UTF-16, such as windows-1252' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l match-by -d 'What the roster calls an account [default: username, which is the login]' -r -f -a "username\t''
external-id\t''
email\t''"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l form -d 'What the new name is made of: `{value}`, columns of the roster, the account\'s `{email}`, `{first_name}`, `{last_name}`, `{username}`, `{external_id}`, and settings of the connection [default: the vendor\'s form, such as `{value}#{brand_id}`]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l directory -d 'Plan against an exported user list (columns id and username), or `-`, and not the vendor\'s API' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l plan-digest -d 'Apply only if the plan is still the one with this digest' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l max-changes -d 'Refuse to apply a plan that makes or changes more accounts than this' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l max-change-share -d 'Refuse to apply a plan that makes or changes more accounts than this percentage of the user list' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l rehearse-fault -d 'Something that goes wrong at the stand-in, as `ssoctl sandbox serve --fault` takes it' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l rehearse-fault-script -d 'A file of such faults, one to a line, or `-`' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l rate -d 'Most writes in a second; 0 is as fast as the vendor answers [default: the connection\'s `writes_per_second`, else 1]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l concurrency -d 'Requests at the same time [default: the connection\'s `concurrency`, else 4]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l max-failures -d 'Stop when more rows than this have failed' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l max-failure-share -d 'Stop when more than this percentage of rows has failed, from the 20th row on' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l request-timeout -d 'Seconds after which the outcome of a request counts as unknown' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l journal -d 'Keep the journal in this PostgreSQL database, which several runs may share: `postgres://USER@HOST:PORT/DATABASE`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l journal-password -d 'Where the password of the database is: `env:NAME`, `file:PATH` or `command:..`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l journal-lease -d 'Seconds after which the rows of a run that says nothing are another\'s [default: 120, or four times the time-out]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l accept-look-alikes -d 'Take names that look the same in another script (`paypal`, `раураl`) for two persons\''
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l no-temporary-names -d 'Leave swaps and rounds as conflicts, and open none by way of a temporary name'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l apply -d 'Rename now, without asking'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l accept-untested -d 'Migrate although the connection is not on record as tested and enabled'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l rehearse -d 'Carry the plan out first, and take it back, at a stand-in on this machine with the same accounts'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l retry-failed -d 'Try again the rows that an earlier run gave up'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from migrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from resume" -l make-again -d 'Lines whose accounts were perhaps made, and which you found nowhere at the vendor: make them where they still are not there once four time-outs have passed' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from resume" -l rate -d 'Most writes in a second; 0 is as fast as the vendor answers [default: the connection\'s `writes_per_second`, else 1]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from resume" -l concurrency -d 'Requests at the same time [default: the connection\'s `concurrency`, else 4]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from resume" -l max-failures -d 'Stop when more rows than this have failed' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from resume" -l max-failure-share -d 'Stop when more than this percentage of rows has failed, from the 20th row on' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from resume" -l request-timeout -d 'Seconds after which the outcome of a request counts as unknown' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from resume" -l journal -d 'Keep the journal in this PostgreSQL database, which several runs may share: `postgres://USER@HOST:PORT/DATABASE`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from resume" -l journal-password -d 'Where the password of the database is: `env:NAME`, `file:PATH` or `command:..`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from resume" -l journal-lease -d 'Seconds after which the rows of a run that says nothing are another\'s [default: 120, or four times the time-out]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from resume" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from resume" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from resume" -l retry-failed -d 'Try again the rows that an earlier run gave up'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from resume" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from resume" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from rollback" -l line -d 'Only the users of these lines of the roster; the migration stays what it is' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from rollback" -l rate -d 'Most writes in a second; 0 is as fast as the vendor answers [default: the connection\'s `writes_per_second`, else 1]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from rollback" -l concurrency -d 'Requests at the same time [default: the connection\'s `concurrency`, else 4]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from rollback" -l max-failures -d 'Stop when more rows than this have failed' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from rollback" -l max-failure-share -d 'Stop when more than this percentage of rows has failed, from the 20th row on' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from rollback" -l request-timeout -d 'Seconds after which the outcome of a request counts as unknown' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from rollback" -l journal -d 'Keep the journal in this PostgreSQL database, which several runs may share: `postgres://USER@HOST:PORT/DATABASE`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from rollback" -l journal-password -d 'Where the password of the database is: `env:NAME`, `file:PATH` or `command:..`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from rollback" -l journal-lease -d 'Seconds after which the rows of a run that says nothing are another\'s [default: 120, or four times the time-out]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from rollback" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from rollback" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from rollback" -l apply -d 'Roll back now, without asking'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from rollback" -l retry-failed -d 'Try again the rows that an earlier run gave up'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from rollback" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from rollback" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from rollback" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from status" -l journal -d 'Keep the journal in this PostgreSQL database, which several runs may share: `postgres://USER@HOST:PORT/DATABASE`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from status" -l journal-password -d 'Where the password of the database is: `env:NAME`, `file:PATH` or `command:..`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from status" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from status" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from status" -l all -d 'List plans that nobody has applied too; JSON always has them'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from status" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from audit" -l journal -d 'Keep the journal in this PostgreSQL database, which several runs may share: `postgres://USER@HOST:PORT/DATABASE`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from audit" -l journal-password -d 'Where the password of the database is: `env:NAME`, `file:PATH` or `command:..`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from audit" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from audit" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from audit" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from audit" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from audit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from forget" -l older-than -d 'All plans that nobody has applied and that were made so many days ago or earlier; 0 takes all' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from forget" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from forget" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from forget" -l unverified -d 'Also plans that are carried out by hand and were found done in part'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from forget" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from forget" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from forget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from worksheet" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from worksheet" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from worksheet" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from worksheet" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from worksheet" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from worksheet" -f -a "write" -d 'Write the import file or the worksheet of a plan'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from worksheet" -f -a "verify" -d 'Hold what the vendor has now against a plan, row by row'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from notice" -l directory -d 'Addresses from this exported list, and not from the vendor\'s API' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from notice" -s o -l output -d 'Write a CSV file that can be opened in a spreadsheet' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from notice" -l request-timeout -d 'Seconds that one request may take' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from notice" -l journal -d 'Keep the journal in this PostgreSQL database, which several runs may share: `postgres://USER@HOST:PORT/DATABASE`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from notice" -l journal-password -d 'Where the password of the database is: `env:NAME`, `file:PATH` or `command:..`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from notice" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from notice" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from notice" -l all -d 'Everybody who is in the plan to be renamed, whatever has become of the row'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from notice" -l force -d 'Replace the file of -o if it is there'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from notice" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from notice" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from notice" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from link" -l connection -d 'The connection that users are linked to' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from link" -l csv -d 'The identity provider\'s export: who is to be linked' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from link" -l directory -d 'The vendor\'s exported list; its connectors stand under a usual heading, or under the one of `--columns` whose value is `{connectors}`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from link" -l key-column -d 'Column of --csv with what users are found by' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from link" -l columns -d 'The columns of the import file: HEADING=TEMPLATE, parted by commas' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from link" -l columns-file -d 'The same as a CSV file with the columns `column` and `value`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from link" -l join -d 'What parts several connectors in one cell' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from link" -s o -l output -d 'Where the import file goes' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from link" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from link" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from link" -l force -d 'Replace the file of -o if it is there'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from link" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from link" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from link" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l csv -d 'The user store\'s export: a CSV file with a header line, or `-`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l mapping -d 'The file that says which group gives which role and scope, or `-`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l connection -d 'The connection whose vendor has the accounts' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l encoding -d 'Encoding of the export, where it is not UTF-8 or UTF-16, such as windows-1252' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l plan-digest -d 'Apply only if the plan is still the one with this digest' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l max-changes -d 'Refuse to apply a plan that makes or changes more accounts than this' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l max-change-share -d 'Refuse to apply a plan that makes or changes more accounts than this percentage of the user list' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l rehearse-fault -d 'Something that goes wrong at the stand-in, as `ssoctl sandbox serve --fault` takes it' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l rehearse-fault-script -d 'A file of such faults, one to a line, or `-`' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l rate -d 'Most writes in a second; 0 is as fast as the vendor answers [default: the connection\'s `writes_per_second`, else 1]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l concurrency -d 'Requests at the same time [default: the connection\'s `concurrency`, else 4]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l max-failures -d 'Stop when more rows than this have failed' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l max-failure-share -d 'Stop when more than this percentage of rows has failed, from the 20th row on' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l request-timeout -d 'Seconds after which the outcome of a request counts as unknown' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l journal -d 'Keep the journal in this PostgreSQL database, which several runs may share: `postgres://USER@HOST:PORT/DATABASE`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l journal-password -d 'Where the password of the database is: `env:NAME`, `file:PATH` or `command:..`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l journal-lease -d 'Seconds after which the rows of a run that says nothing are another\'s [default: 120, or four times the time-out]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l apply -d 'Write now, without asking'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l rehearse -d 'Carry the plan out first, and take it back, at a stand-in on this machine with the same accounts'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l retry-failed -d 'Try again the rows that an earlier run gave up'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand users; and __fish_seen_subcommand_from provision" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and not __fish_seen_subcommand_from serve" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and not __fish_seen_subcommand_from serve" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and not __fish_seen_subcommand_from serve" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and not __fish_seen_subcommand_from serve" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and not __fish_seen_subcommand_from serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and not __fish_seen_subcommand_from serve" -f -a "serve" -d 'Answer a vendor\'s user API on this machine, with made-up users and wanted faults'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l provider -d 'Whose API it answers [default: the vendor of `--login`, else qualtrics]' -r -f -a "qualtrics\t''
qualys\t''
scim\t''"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l listen -d 'Loopback address, or the port alone; port 0 takes any that is free' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l csv -d 'Begin with the users of this CSV file, or `-` (username, and id, email, first_name, last_name, status)' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l users -d 'Begin with so many made-up users' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l brand-id -d 'The tenant [default: that of `--login`, else testbrand]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l data-center -d 'The data centre that `whoami` names; the connection\'s `settings.data_center` must be the same [default: that of `--login`, else sandbox1]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l token -l password -d 'The API token, or the operator\'s password, that is accepted; never a real one' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l client-id -d 'An OAuth client that gets a token at /oauth2/token (qualtrics)' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l client-secret -d 'The client\'s secret; never a real one' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l token-lifetime -d 'How long a token of the client lasts' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l operator -d 'Whose token it is; made where no user has the name' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l operator-role -d 'The operator\'s role, where it is not the one that may do everything' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l login -d 'Serve the vendor\'s login too, with this connection; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l login-port -d 'The port of its pages on this machine; 0 takes any that is free' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l test-sp -d 'The identity provider answers the service provider of `connection test` too (SAML), which listens at this port [default where no port is given: 8976]' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l log -d 'Append a line of JSON for every change and every attempt' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l page-size -d 'Users on a page' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l rate-limit -d 'Refuse what comes faster than so many requests a second, and tell of it in headers' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l latency-ms -d 'How long every answer takes at least' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l suffix -d 'What becomes of a username that a request carries' -r -f -a "keep\t'Stores what it is sent'
add\t'Adds the brand suffix once more'
strip\t'Drops the brand suffix'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l fault -d 'Something that goes wrong, see below; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l fault-script -d 'A file of faults, or `-`, one to a line as `--fault` takes them; after `#` a comment' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l quirk -d 'How the server is otherwise than it should be, all the time; may be repeated' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l key -d 'The field that a migration writes, which the log tells of' -r -f -a "username\t'What an account logs in by'
external_id\t'The customer\'s own key'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l fault-seed -d 'Chooses which calls a percentage strikes' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l stall-ms -d 'How long a stalled answer waits' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l retry-after -d 'What a throttled answer asks for: seconds, `date:SECONDS`, or `none`' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l foreign-next-page -d 'Where a foreign `nextPage` leads' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l token-expires-after -d 'Refuse the token after so many calls' -r
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l proxied -d 'Answer as the proxy between data centres does: a notice on everything, no writes'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l list-faults -d 'List the kinds of faults and quirks and end'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l tied -d 'End with standard input, which whoever started it holds open, and not by a signal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l discard -d 'Remove the folder of a rehearsal, in which it runs, at the end'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand demo" -l provider -d 'The vendor' -r -f -a "ino-cx\t''
qualifio\t''
qualtrics\t''
qualys\t''
qvidian\t''"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand demo" -l directory -d 'The folder to work in [default: a new one for temporary files]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand demo" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand demo" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand demo" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand demo" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand completions" -s C -l workspace -d 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]' -r -F
complete -c ssoctl -n "__fish_ssoctl_using_subcommand completions" -l format -d 'How data is printed on standard output' -r -f -a "human\t'For people'
json\t'For programs: one document with a `schema` key'
md\t'Markdown, of what is handed over to others (`connection handover`, `cert plan`)'
html\t'One HTML page for people without a terminal, of what is handed over to others and of `check`'
junit\t'For CI: JUnit XML, of gates and of commands that run tests'
sarif\t'For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`)'
github\t'For GitHub Actions: annotations, of gates'
gitlab\t'For GitLab: its code quality report, of gates'
prometheus\t'For Prometheus\' textfile collector, of gates'
nagios\t'For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown'
ics\t'For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`'"
complete -c ssoctl -n "__fish_ssoctl_using_subcommand completions" -l no-input -d 'Never ask, also not at a terminal'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand completions" -s q -l quiet -d 'Leave out notes and progress; data and warnings stay'
complete -c ssoctl -n "__fish_ssoctl_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
