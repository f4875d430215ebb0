
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'ssoctl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'ssoctl'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'ssoctl' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Make a workspace: a folder, meant to live in git, that holds your connections')
            [CompletionResult]::new('provider', 'provider', [CompletionResultType]::ParameterValue, 'What ssoctl knows of each vendor: capabilities, settings, fields, prerequisites')
            [CompletionResult]::new('connection', 'connection', [CompletionResultType]::ParameterValue, 'Add, look at and change connections')
            [CompletionResult]::new('metadata', 'metadata', [CompletionResultType]::ParameterValue, 'Look at metadata, discovery and key sets; verify signatures; export SP metadata')
            [CompletionResult]::new('cert', 'cert', [CompletionResultType]::ParameterValue, 'Check certificates (the gate for CI), show, add and remove them, make a key and a certificate')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'What would happen at a login, and why')
            [CompletionResult]::new('mapping', 'mapping', [CompletionResultType]::ParameterValue, 'Map groups, user types and divisions of the identity provider to those of the vendor')
            [CompletionResult]::new('domain', 'domain', [CompletionResultType]::ParameterValue, 'Which e-mail domain leads to which connection')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check every connection, and what they say together')
            [CompletionResult]::new('users', 'users', [CompletionResultType]::ParameterValue, 'Migrate usernames: plan, apply, resume, roll back')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'A local stand-in for a vendor, for rehearsal')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Rehearse a vendor in a throw-away workspace, by the very commands that you would type')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            break
        }
        'ssoctl;init' {
            [CompletionResult]::new('--warn-days', '--warn-days', [CompletionResultType]::ParameterName, '`cert check` warns when a connection''s cover ends within this many days')
            [CompletionResult]::new('--fail-days', '--fail-days', [CompletionResultType]::ParameterName, '`cert check` fails when a connection''s cover ends within this many days')
            [CompletionResult]::new('--certificate-validity', '--certificate-validity', [CompletionResultType]::ParameterName, 'What counts: the dates of the stored certificate, or of its key (federation practice)')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;provider' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List all vendors, and what each can do')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one vendor: what it can do, what it must be told, where the facts come from')
            break
        }
        'ssoctl;provider;list' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;provider;show' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--yaml', '--yaml', [CompletionResultType]::ParameterName, 'Print the profile itself, as YAML')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;connection' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a connection: from the identity provider''s documents, by hand, or by questions')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List all connections')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one connection and what is to be said about it')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Change keys of a connection''s file in place; comments and other lines stay')
            [CompletionResult]::new('binding', 'binding', [CompletionResultType]::ParameterValue, 'Add, remove and enable bindings by hand; the vendor uses one at a time')
            [CompletionResult]::new('refresh', 'refresh', [CompletionResultType]::ParameterValue, 'Compare a connection with what the other side publishes now, and take it over with consent')
            [CompletionResult]::new('handover', 'handover', [CompletionResultType]::ParameterValue, 'Write what the vendor''s form, or the identity provider''s administrator, needs')
            [CompletionResult]::new('url', 'url', [CompletionResultType]::ParameterValue, 'Show where users begin, what an IdP-initiated login must carry, and where logins end')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Record that a connection is switched on at the vendor, once a test login is on record')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Record that a connection is switched off at the vendor; says who can be locked out')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Record that a connection is entered at the vendor as the file says')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show what of a connection is not yet entered at the vendor')
            [CompletionResult]::new('revert', 'revert', [CompletionResultType]::ParameterValue, 'Take a connection''s file back to what was last applied')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a connection''s file; git keeps what was committed')
            break
        }
        'ssoctl;connection;add' {
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'The vendor; `ssoctl provider list` shows all')
            [CompletionResult]::new('--metadata', '--metadata', [CompletionResultType]::ParameterName, 'IdP metadata: a file, a URL, or `-` for standard input')
            [CompletionResult]::new('--discovery', '--discovery', [CompletionResultType]::ParameterName, 'OpenID Connect discovery: a file, or the URL of the document or of the issuer')
            [CompletionResult]::new('--idp-entity-id', '--idp-entity-id', [CompletionResultType]::ParameterName, 'The IdP''s entity ID by hand, where there is no metadata')
            [CompletionResult]::new('--outbound', '--outbound', [CompletionResultType]::ParameterName, 'OAuth 2.0 by which the vendor logs in at another application, such as Salesforce; no user logs in by it')
            [CompletionResult]::new('--entity-id', '--entity-id', [CompletionResultType]::ParameterName, 'Which identity provider, where the document holds several')
            [CompletionResult]::new('--binding', '--binding', [CompletionResultType]::ParameterName, 'The binding to enable, such as HTTP-POST [default: the vendor''s preferred one]')
            [CompletionResult]::new('--sso-url', '--sso-url', [CompletionResultType]::ParameterName, 'The single sign-on URL by hand; beside metadata where that has none that the vendor can use')
            [CompletionResult]::new('--slo-url', '--slo-url', [CompletionResultType]::ParameterName, 'The single logout URL by hand')
            [CompletionResult]::new('--certificate', '--certificate', [CompletionResultType]::ParameterName, 'A signing certificate by hand: a PEM, DER or PKCS#7 file; may be repeated')
            [CompletionResult]::new('--sp-metadata', '--sp-metadata', [CompletionResultType]::ParameterName, 'The vendor''s own SP metadata: a file, a URL, or `-`')
            [CompletionResult]::new('--sp-entity-id', '--sp-entity-id', [CompletionResultType]::ParameterName, 'The vendor''s entity ID, from the connection''s page')
            [CompletionResult]::new('--sp-acs', '--sp-acs', [CompletionResultType]::ParameterName, 'The vendor''s assertion consumer service, from the connection''s page')
            [CompletionResult]::new('--relay-state', '--relay-state', [CompletionResultType]::ParameterName, 'RelayState that an IdP-initiated login must carry')
            [CompletionResult]::new('--vendor-name', '--vendor-name', [CompletionResultType]::ParameterName, 'The connection''s name at the vendor [default: NAME]')
            [CompletionResult]::new('--technical-contact', '--technical-contact', [CompletionResultType]::ParameterName, 'Whom the vendor asks when something breaks')
            [CompletionResult]::new('--display-name', '--display-name', [CompletionResultType]::ParameterName, 'What users see on the login page')
            [CompletionResult]::new('--setting', '--setting', [CompletionResultType]::ParameterName, 'A fact about your tenant; `ssoctl provider show` lists them')
            [CompletionResult]::new('--attribute', '--attribute', [CompletionResultType]::ParameterName, 'Which attribute of the assertion, or claim, fills a user field, in exact case')
            [CompletionResult]::new('--dashboard-attribute', '--dashboard-attribute', [CompletionResultType]::ParameterName, 'An attribute captured for dashboards, in exact case; may be repeated')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Any other field of the vendor''s page, by its key in the file, such as login.exit_url=URL; may be repeated')
            [CompletionResult]::new('--sign-request', '--sign-request', [CompletionResultType]::ParameterName, 'Sign the authentication request [default: what the IdP''s metadata asks for]')
            [CompletionResult]::new('--just-in-time', '--just-in-time', [CompletionResultType]::ParameterName, 'Create unknown users at login')
            [CompletionResult]::new('--valid-email-domain', '--valid-email-domain', [CompletionResultType]::ParameterName, 'A domain that may enrol and log in, or `*`; may be repeated')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'Client identifier at the IdP')
            [CompletionResult]::new('--client-secret', '--client-secret', [CompletionResultType]::ParameterName, 'Reference to the client secret: env:NAME, file:PATH or command:LINE')
            [CompletionResult]::new('--authorization-endpoint', '--authorization-endpoint', [CompletionResultType]::ParameterName, 'Authorization endpoint, where there is no discovery document or it has none; so the next ones')
            [CompletionResult]::new('--token-endpoint', '--token-endpoint', [CompletionResultType]::ParameterName, 'Token endpoint')
            [CompletionResult]::new('--user-info-endpoint', '--user-info-endpoint', [CompletionResultType]::ParameterName, 'User information endpoint')
            [CompletionResult]::new('--public-keys-endpoint', '--public-keys-endpoint', [CompletionResultType]::ParameterName, 'Where the keys are that sign ID tokens (JWKS)')
            [CompletionResult]::new('--public-key', '--public-key', [CompletionResultType]::ParameterName, 'The public key that signs ID tokens, where the vendor takes one: a PEM or DER file')
            [CompletionResult]::new('--issuer', '--issuer', [CompletionResultType]::ParameterName, 'Exactly what `iss` of an ID token must be')
            [CompletionResult]::new('--token-auth-method', '--token-auth-method', [CompletionResultType]::ParameterName, 'How the client proves itself at the token endpoint: basic or post; may be repeated')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Scopes, space-separated [default: openid email profile, as far as offered]')
            [CompletionResult]::new('--oauth-name', '--oauth-name', [CompletionResultType]::ParameterName, 'The OAuth name, which is not the connection''s name')
            [CompletionResult]::new('--id-token-algorithm', '--id-token-algorithm', [CompletionResultType]::ParameterName, 'An algorithm that ID tokens are signed with; may be repeated [default: RS256]')
            [CompletionResult]::new('--bearer', '--bearer', [CompletionResultType]::ParameterName, 'Where the access token goes in the user-info request [default: header]')
            [CompletionResult]::new('--token', '--token', [CompletionResultType]::ParameterName, 'Reference to the token of the vendor''s user API: env:NAME, file:PATH or command:LINE')
            [CompletionResult]::new('--api-url', '--api-url', [CompletionResultType]::ParameterName, 'Base URL of the vendor''s user API, where it does not follow from the settings')
            [CompletionResult]::new('--mdq', '--mdq', [CompletionResultType]::ParameterName, 'A metadata query service (MDQ), which is asked for --entity-id alone')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Believe only what this key signed: a certificate or public key file, or `sha256:` and a certificate''s fingerprint; may be repeated')
            [CompletionResult]::new('--max-validity', '--max-validity', [CompletionResultType]::ParameterName, 'Refuse SAML metadata that is valid for more than so many days from now, or without an end')
            [CompletionResult]::new('--max-size', '--max-size', [CompletionResultType]::ParameterName, 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds that fetching a URL, or looking at a server, may take in all')
            [CompletionResult]::new('--allow-origin', '--allow-origin', [CompletionResultType]::ParameterName, 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the authorities of this PEM file too when fetching')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--google', '--google', [CompletionResultType]::ParameterName, 'Google''s own login, which passes no attributes')
            [CompletionResult]::new('--entra', '--entra', [CompletionResultType]::ParameterName, 'Microsoft Entra ID''s own login (Azure AD)')
            [CompletionResult]::new('--incommon', '--incommon', [CompletionResultType]::ParameterName, 'The vendor''s metadata comes from InCommon, which changes its entity ID and ACS')
            [CompletionResult]::new('--force-authentication', '--force-authentication', [CompletionResultType]::ParameterName, 'Have the IdP authenticate anew at each login')
            [CompletionResult]::new('--no-replay-prevention', '--no-replay-prevention', [CompletionResultType]::ParameterName, 'Do not refuse an assertion that was seen before')
            [CompletionResult]::new('--notify-admins', '--notify-admins', [CompletionResultType]::ParameterName, 'Tell administrators of each user created')
            [CompletionResult]::new('--update-on-every-login', '--update-on-every-login', [CompletionResultType]::ParameterName, 'Overwrite profile fields at every login')
            [CompletionResult]::new('--change-on-login', '--change-on-login', [CompletionResultType]::ParameterName, 'Append the brand suffix to an existing username at its first login')
            [CompletionResult]::new('--merge-on-login', '--merge-on-login', [CompletionResultType]::ParameterName, 'Offer to merge with an existing account at the first login')
            [CompletionResult]::new('--mdq-sha1', '--mdq-sha1', [CompletionResultType]::ParameterName, 'Ask it by the SHA-1 of the entity ID [default: only where the entity ID itself is not found]')
            [CompletionResult]::new('--insecure-allow-sha1', '--insecure-allow-sha1', [CompletionResultType]::ParameterName, 'Accept signatures made with SHA-1, which can be forged')
            [CompletionResult]::new('--require-valid-until', '--require-valid-until', [CompletionResultType]::ParameterName, 'Refuse SAML metadata whose root has no validUntil, or one that has passed or cannot be read')
            [CompletionResult]::new('--insecure-allow-http', '--insecure-allow-http', [CompletionResultType]::ParameterName, 'Fetch http:// URLs too; whoever sits between can then change the document')
            [CompletionResult]::new('--untrusted', '--untrusted', [CompletionResultType]::ParameterName, 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Write without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Write without asking')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;connection;list' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;connection;show' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;connection;set' {
            [CompletionResult]::new('--unset', '--unset', [CompletionResultType]::ParameterName, 'A key to remove; may be repeated')
            [CompletionResult]::new('--enable-binding', '--enable-binding', [CompletionResultType]::ParameterName, 'Enable this single sign-on binding and disable the others')
            [CompletionResult]::new('--metadata', '--metadata', [CompletionResultType]::ParameterName, 'As `connection refresh NAME --metadata SOURCE --apply`: endpoints and certificates of the same entity')
            [CompletionResult]::new('--sp-metadata', '--sp-metadata', [CompletionResultType]::ParameterName, 'Take entity ID, ACS and certificates from the vendor''s SP metadata: a file, a URL, or `-`')
            [CompletionResult]::new('--accept', '--accept', [CompletionResultType]::ParameterName, 'Change a guarded field all the same (QT7): guarded-field')
            [CompletionResult]::new('--entity-id', '--entity-id', [CompletionResultType]::ParameterName, 'Which entity of the document that `--sp-metadata` names')
            [CompletionResult]::new('--max-validity', '--max-validity', [CompletionResultType]::ParameterName, 'Refuse SAML metadata that is valid for more than so many days from now, or without an end')
            [CompletionResult]::new('--max-size', '--max-size', [CompletionResultType]::ParameterName, 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds that fetching a URL, or looking at a server, may take in all')
            [CompletionResult]::new('--allow-origin', '--allow-origin', [CompletionResultType]::ParameterName, 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the authorities of this PEM file too when fetching')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--require-valid-until', '--require-valid-until', [CompletionResultType]::ParameterName, 'Refuse SAML metadata whose root has no validUntil, or one that has passed or cannot be read')
            [CompletionResult]::new('--insecure-allow-http', '--insecure-allow-http', [CompletionResultType]::ParameterName, 'Fetch http:// URLs too; whoever sits between can then change the document')
            [CompletionResult]::new('--untrusted', '--untrusted', [CompletionResultType]::ParameterName, 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;connection;binding' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a single sign-on endpoint; it is not enabled unless it is the only one')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a single sign-on endpoint that is not the enabled one')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Enable a binding and disable the others, as `connection set --enable-binding` does')
            break
        }
        'ssoctl;connection;binding;add' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--enable', '--enable', [CompletionResultType]::ParameterName, 'Enable it, and disable the others')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;connection;binding;remove' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;connection;binding;enable' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;connection;refresh' {
            [CompletionResult]::new('--accept', '--accept', [CompletionResultType]::ParameterName, 'Accept changes of high risk of this code, such as key-set-replaced; may be repeated')
            [CompletionResult]::new('--metadata', '--metadata', [CompletionResultType]::ParameterName, 'IdP metadata, or discovery of an OAuth 2.0 connection, from here in place of the file''s URL: a file, a URL, or `-`')
            [CompletionResult]::new('--sp-metadata', '--sp-metadata', [CompletionResultType]::ParameterName, 'The vendor''s SP metadata from here: a file, a URL, or `-`')
            [CompletionResult]::new('--entity-id', '--entity-id', [CompletionResultType]::ParameterName, 'Which entity of the document that `--sp-metadata` names')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Believe only what this key signed: a certificate or public key file, or `sha256:` and a certificate''s fingerprint; may be repeated')
            [CompletionResult]::new('--max-validity', '--max-validity', [CompletionResultType]::ParameterName, 'Refuse SAML metadata that is valid for more than so many days from now, or without an end')
            [CompletionResult]::new('--max-size', '--max-size', [CompletionResultType]::ParameterName, 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds that fetching a URL, or looking at a server, may take in all')
            [CompletionResult]::new('--allow-origin', '--allow-origin', [CompletionResultType]::ParameterName, 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the authorities of this PEM file too when fetching')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Look at every connection that has a URL')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Only look: write nothing, ask nothing, exit 1 when something has changed')
            [CompletionResult]::new('--apply', '--apply', [CompletionResultType]::ParameterName, 'Take changes over without asking')
            [CompletionResult]::new('--insecure-allow-sha1', '--insecure-allow-sha1', [CompletionResultType]::ParameterName, 'Accept signatures made with SHA-1, which can be forged')
            [CompletionResult]::new('--require-valid-until', '--require-valid-until', [CompletionResultType]::ParameterName, 'Refuse SAML metadata whose root has no validUntil, or one that has passed or cannot be read')
            [CompletionResult]::new('--insecure-allow-http', '--insecure-allow-http', [CompletionResultType]::ParameterName, 'Fetch http:// URLs too; whoever sits between can then change the document')
            [CompletionResult]::new('--untrusted', '--untrusted', [CompletionResultType]::ParameterName, 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;connection;handover' {
            [CompletionResult]::new('--for', '--for', [CompletionResultType]::ParameterName, 'Who is given it')
            [CompletionResult]::new('--idp', '--idp', [CompletionResultType]::ParameterName, 'Product of the identity provider, for its click path [default: told by its addresses]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to this file [default: standard output]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to this file [default: standard output]')
            [CompletionResult]::new('--compare', '--compare', [CompletionResultType]::ParameterName, 'Compare a sheet that came back with the connection''s file (`-` reads standard input)')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace the file if it is there')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;connection;url' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;connection;enable' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--accept-untested', '--accept-untested', [CompletionResultType]::ParameterName, 'Enable it although no test login is on record')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;connection;disable' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Disable without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Disable without asking')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;connection;apply' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;connection;diff' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;connection;revert' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Revert without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Revert without asking')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;connection;remove' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Remove without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Remove without asking')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;metadata' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show what a document says: SAML metadata, OpenID Connect discovery, or a JWKS')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify the signature of SAML metadata with a pinned key')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write the SP metadata for the IdP''s administrator: a vendor''s, or of an SP that you run')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show what two documents say differently, the riskiest change first')
            break
        }
        'ssoctl;metadata;inspect' {
            [CompletionResult]::new('--entity-id', '--entity-id', [CompletionResultType]::ParameterName, 'Show this entity only')
            [CompletionResult]::new('--search', '--search', [CompletionResultType]::ParameterName, 'List entities with this text in entity ID, name (in any language), scope or registrar')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'List entities that have this role')
            [CompletionResult]::new('--mdq', '--mdq', [CompletionResultType]::ParameterName, 'A metadata query service (MDQ), which is asked for --entity-id alone')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Believe only what this key signed: a certificate or public key file, or `sha256:` and a certificate''s fingerprint; may be repeated')
            [CompletionResult]::new('--max-validity', '--max-validity', [CompletionResultType]::ParameterName, 'Refuse SAML metadata that is valid for more than so many days from now, or without an end')
            [CompletionResult]::new('--max-size', '--max-size', [CompletionResultType]::ParameterName, 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds that fetching a URL, or looking at a server, may take in all')
            [CompletionResult]::new('--allow-origin', '--allow-origin', [CompletionResultType]::ParameterName, 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the authorities of this PEM file too when fetching')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--list', '--list', [CompletionResultType]::ParameterName, 'List the entities of a federation''s document instead of showing them')
            [CompletionResult]::new('--lint', '--lint', [CompletionResultType]::ParameterName, 'Exit 1 when the document has errors that make it unusable')
            [CompletionResult]::new('--mdq-sha1', '--mdq-sha1', [CompletionResultType]::ParameterName, 'Ask it by the SHA-1 of the entity ID [default: only where the entity ID itself is not found]')
            [CompletionResult]::new('--insecure-allow-sha1', '--insecure-allow-sha1', [CompletionResultType]::ParameterName, 'Accept signatures made with SHA-1, which can be forged')
            [CompletionResult]::new('--require-valid-until', '--require-valid-until', [CompletionResultType]::ParameterName, 'Refuse SAML metadata whose root has no validUntil, or one that has passed or cannot be read')
            [CompletionResult]::new('--insecure-allow-http', '--insecure-allow-http', [CompletionResultType]::ParameterName, 'Fetch http:// URLs too; whoever sits between can then change the document')
            [CompletionResult]::new('--untrusted', '--untrusted', [CompletionResultType]::ParameterName, 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;metadata;verify' {
            [CompletionResult]::new('--entity-id', '--entity-id', [CompletionResultType]::ParameterName, 'The entity that must be in it; the signature is verified over the whole all the same')
            [CompletionResult]::new('--mdq', '--mdq', [CompletionResultType]::ParameterName, 'A metadata query service (MDQ), which is asked for --entity-id alone')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Believe only what this key signed: a certificate or public key file, or `sha256:` and a certificate''s fingerprint; may be repeated')
            [CompletionResult]::new('--max-validity', '--max-validity', [CompletionResultType]::ParameterName, 'Refuse SAML metadata that is valid for more than so many days from now, or without an end')
            [CompletionResult]::new('--max-size', '--max-size', [CompletionResultType]::ParameterName, 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds that fetching a URL, or looking at a server, may take in all')
            [CompletionResult]::new('--allow-origin', '--allow-origin', [CompletionResultType]::ParameterName, 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the authorities of this PEM file too when fetching')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--mdq-sha1', '--mdq-sha1', [CompletionResultType]::ParameterName, 'Ask it by the SHA-1 of the entity ID [default: only where the entity ID itself is not found]')
            [CompletionResult]::new('--insecure-allow-sha1', '--insecure-allow-sha1', [CompletionResultType]::ParameterName, 'Accept signatures made with SHA-1, which can be forged')
            [CompletionResult]::new('--require-valid-until', '--require-valid-until', [CompletionResultType]::ParameterName, 'Refuse SAML metadata whose root has no validUntil, or one that has passed or cannot be read')
            [CompletionResult]::new('--insecure-allow-http', '--insecure-allow-http', [CompletionResultType]::ParameterName, 'Fetch http:// URLs too; whoever sits between can then change the document')
            [CompletionResult]::new('--untrusted', '--untrusted', [CompletionResultType]::ParameterName, 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;metadata;export' {
            [CompletionResult]::new('--sp-entity-id', '--sp-entity-id', [CompletionResultType]::ParameterName, 'Entity ID of an SP that you run')
            [CompletionResult]::new('--sp-acs', '--sp-acs', [CompletionResultType]::ParameterName, 'Its assertion consumer service for HTTP-POST')
            [CompletionResult]::new('--sp-signing-certificate', '--sp-signing-certificate', [CompletionResultType]::ParameterName, 'Certificate of a key that it signs requests with; may be repeated')
            [CompletionResult]::new('--sp-encryption-certificate', '--sp-encryption-certificate', [CompletionResultType]::ParameterName, 'Certificate of a key that assertions may be encrypted to; may be repeated')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to this file [default: standard output]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to this file [default: standard output]')
            [CompletionResult]::new('--valid-until', '--valid-until', [CompletionResultType]::ParameterName, 'Date or time until which the document may be used')
            [CompletionResult]::new('--valid-for', '--valid-for', [CompletionResultType]::ParameterName, 'Days from now for which the document may be used')
            [CompletionResult]::new('--cache-for', '--cache-for', [CompletionResultType]::ParameterName, 'Hours after which a copy is to be fetched again (cacheDuration)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The private key, PEM: a file that only you can read, env:NAME or command:LINE')
            [CompletionResult]::new('--key-passphrase', '--key-passphrase', [CompletionResultType]::ParameterName, 'Reference to the passphrase of an encrypted key: env:NAME, file:PATH or command:LINE')
            [CompletionResult]::new('--certificate', '--certificate', [CompletionResultType]::ParameterName, 'The certificate of that key, which the signature then brings along')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace the file if it is there')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign the document with a key of yours, RSA or EC')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;metadata;diff' {
            [CompletionResult]::new('--entity-id', '--entity-id', [CompletionResultType]::ParameterName, 'Compare this entity only')
            [CompletionResult]::new('--max-size', '--max-size', [CompletionResultType]::ParameterName, 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds that fetching a URL, or looking at a server, may take in all')
            [CompletionResult]::new('--allow-origin', '--allow-origin', [CompletionResultType]::ParameterName, 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the authorities of this PEM file too when fetching')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--insecure-allow-http', '--insecure-allow-http', [CompletionResultType]::ParameterName, 'Fetch http:// URLs too; whoever sits between can then change the document')
            [CompletionResult]::new('--untrusted', '--untrusted', [CompletionResultType]::ParameterName, 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;cert' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check certificates: until when is each connection covered?')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show everything about each certificate of a file, URL, server or connection')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Generate a private key and a self-signed certificate for an SP that you run')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add an identity provider''s signing certificates to a connection by hand')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a signing certificate from a connection')
            break
        }
        'ssoctl;cert;check' {
            [CompletionResult]::new('--tls', '--tls', [CompletionResultType]::ParameterName, 'Look at the certificate that a server presents; may be repeated')
            [CompletionResult]::new('--warn-days', '--warn-days', [CompletionResultType]::ParameterName, 'Warn when an end is within this many days [default: ssoctl.yaml, else 30]')
            [CompletionResult]::new('--fail-days', '--fail-days', [CompletionResultType]::ParameterName, 'Fail when an end is within this many days [default: ssoctl.yaml, else 7]')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Exit 1 from this status on')
            [CompletionResult]::new('--certificate-validity', '--certificate-validity', [CompletionResultType]::ParameterName, 'What counts: the dates of the stored certificate, or of its key [default: ssoctl.yaml, else strict]')
            [CompletionResult]::new('--max-size', '--max-size', [CompletionResultType]::ParameterName, 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds that fetching a URL, or looking at a server, may take in all')
            [CompletionResult]::new('--allow-origin', '--allow-origin', [CompletionResultType]::ParameterName, 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the authorities of this PEM file too when fetching')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--insecure-allow-http', '--insecure-allow-http', [CompletionResultType]::ParameterName, 'Fetch http:// URLs too; whoever sits between can then change the document')
            [CompletionResult]::new('--untrusted', '--untrusted', [CompletionResultType]::ParameterName, 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;cert;show' {
            [CompletionResult]::new('--tls', '--tls', [CompletionResultType]::ParameterName, 'Show the certificate that a server presents; may be repeated')
            [CompletionResult]::new('--max-size', '--max-size', [CompletionResultType]::ParameterName, 'Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds that fetching a URL, or looking at a server, may take in all')
            [CompletionResult]::new('--allow-origin', '--allow-origin', [CompletionResultType]::ParameterName, 'An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the authorities of this PEM file too when fetching')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--pem', '--pem', [CompletionResultType]::ParameterName, 'Print the certificates themselves as PEM, and nothing else')
            [CompletionResult]::new('--insecure-allow-http', '--insecure-allow-http', [CompletionResultType]::ParameterName, 'Fetch http:// URLs too; whoever sits between can then change the document')
            [CompletionResult]::new('--untrusted', '--untrusted', [CompletionResultType]::ParameterName, 'Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;cert;generate' {
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'Common name, mostly the host name of the SP')
            [CompletionResult]::new('--key-type', '--key-type', [CompletionResultType]::ParameterName, 'The kind of key; rsa3072 is read everywhere and is good beyond 2030')
            [CompletionResult]::new('--days', '--days', [CompletionResultType]::ParameterName, 'How long the certificate is valid')
            [CompletionResult]::new('--key-out', '--key-out', [CompletionResultType]::ParameterName, 'Write the private key to this file, which only you can read')
            [CompletionResult]::new('--cert-out', '--cert-out', [CompletionResultType]::ParameterName, 'Write the certificate to this file [default: standard output]')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace the files if they are there; a replaced key is lost')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;cert;add' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;cert;remove' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;login' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('simulate', 'simulate', [CompletionResultType]::ParameterValue, 'Say what would happen at a login: allow, deny or prompt, the account, its changes, and each rule')
            break
        }
        'ssoctl;login;simulate' {
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'An attribute or claim; repeated, one more value; in place of that of a file')
            [CompletionResult]::new('--attributes', '--attributes', [CompletionResultType]::ParameterName, 'Attributes: JSON, YAML or lines of name=value; `-` reads standard input')
            [CompletionResult]::new('--claims', '--claims', [CompletionResultType]::ParameterName, 'Claims of an ID token as JSON; `sub` is the subject')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'The subject: NameID of an assertion, `sub` of a token')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'The vendor''s users as CSV; without it no account is looked up')
            [CompletionResult]::new('--cases', '--cases', [CompletionResultType]::ParameterName, 'Run a table of tests, and say which rules they never used')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--require-coverage', '--require-coverage', [CompletionResultType]::ParameterName, 'Exit 1 also where a rule of a connection was used by no case')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;mapping' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the mappings of a connection')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a mapping, or all rows of a CSV file')
            [CompletionResult]::new('edit', 'edit', [CompletionResultType]::ParameterValue, 'Change a mapping in place; comments and other rows stay')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a mapping, after you have confirmed it')
            break
        }
        'ssoctl;mapping;list' {
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'Only mappings of this field')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;mapping;add' {
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'Which of the vendor''s fields, such as `user_type` [default: the only one that it maps]')
            [CompletionResult]::new('--value', '--value', [CompletionResultType]::ParameterName, 'The identity provider''s value')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'What the vendor makes of it; may be repeated where it takes several')
            [CompletionResult]::new('--description', '--description', [CompletionResultType]::ParameterName, 'What a colleague should know')
            [CompletionResult]::new('--csv', '--csv', [CompletionResultType]::ParameterName, 'Rows to add: columns `value`, `to` and, if there, `field` and `description`')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;mapping;edit' {
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'Which of the vendor''s fields [default: the only one that it maps]')
            [CompletionResult]::new('--value', '--value', [CompletionResultType]::ParameterName, 'The identity provider''s value, as it is in the file')
            [CompletionResult]::new('--new-value', '--new-value', [CompletionResultType]::ParameterName, 'What the value is to be')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'What the vendor makes of it; may be repeated where it takes several')
            [CompletionResult]::new('--description', '--description', [CompletionResultType]::ParameterName, 'What a colleague should know')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-description', '--no-description', [CompletionResultType]::ParameterName, 'Take the description out')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;mapping;remove' {
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'Which of the vendor''s fields [default: the only one that it maps]')
            [CompletionResult]::new('--value', '--value', [CompletionResultType]::ParameterName, 'The identity provider''s value, as it is in the file')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Remove without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Remove without asking')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;domain' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List e-mail domains: where each leads, and which connections let only some in')
            [CompletionResult]::new('route', 'route', [CompletionResultType]::ParameterValue, 'Tell which connection answers for an e-mail address, and why')
            break
        }
        'ssoctl;domain;list' {
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Only connections to this vendor')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;domain;route' {
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Only connections to this vendor')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;check' {
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'The user list as CSV with a column `username` and maybe `email`: tells domains that lead nowhere, and those that nobody has')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Warnings count as errors do')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;users' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Rename existing users to the form that SSO logs them in by')
            [CompletionResult]::new('resume', 'resume', [CompletionResultType]::ParameterValue, 'Go on with a migration or rollback that stopped')
            [CompletionResult]::new('rollback', 'rollback', [CompletionResultType]::ParameterValue, 'Give renamed users their old names back')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show where migrations stand')
            break
        }
        'ssoctl;users;migrate' {
            [CompletionResult]::new('--csv', '--csv', [CompletionResultType]::ParameterName, 'The roster: a CSV file with a header line, or `-`')
            [CompletionResult]::new('--connection', '--connection', [CompletionResultType]::ParameterName, 'The connection whose users are renamed')
            [CompletionResult]::new('--old-column', '--old-column', [CompletionResultType]::ParameterName, 'Column of the old username [default: old_username, username or login]')
            [CompletionResult]::new('--new-column', '--new-column', [CompletionResultType]::ParameterName, 'Column of the new value, without the suffix [default: new_value, new, sso_value or employee_id]')
            [CompletionResult]::new('--encoding', '--encoding', [CompletionResultType]::ParameterName, 'Encoding of the roster, where it is not UTF-8 or UTF-16, such as windows-1252')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Plan against an exported user list (columns id and username) and not the vendor''s API')
            [CompletionResult]::new('--plan-digest', '--plan-digest', [CompletionResultType]::ParameterName, 'Apply only if the plan is still the one with this digest')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'Most writes in a second; 0 is as fast as the vendor answers [default: the connection''s `writes_per_second`, else 1]')
            [CompletionResult]::new('--max-failures', '--max-failures', [CompletionResultType]::ParameterName, 'Stop when more rows than this have failed')
            [CompletionResult]::new('--max-failure-share', '--max-failure-share', [CompletionResultType]::ParameterName, 'Stop when more than this percentage of rows has failed, from the 20th row on')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Seconds after which the outcome of a request counts as unknown')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--apply', '--apply', [CompletionResultType]::ParameterName, 'Rename now, without asking')
            [CompletionResult]::new('--accept-untested', '--accept-untested', [CompletionResultType]::ParameterName, 'Migrate although the connection is not on record as tested and enabled')
            [CompletionResult]::new('--retry-failed', '--retry-failed', [CompletionResultType]::ParameterName, 'Try again the rows that an earlier run gave up')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;users;resume' {
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'Most writes in a second; 0 is as fast as the vendor answers [default: the connection''s `writes_per_second`, else 1]')
            [CompletionResult]::new('--max-failures', '--max-failures', [CompletionResultType]::ParameterName, 'Stop when more rows than this have failed')
            [CompletionResult]::new('--max-failure-share', '--max-failure-share', [CompletionResultType]::ParameterName, 'Stop when more than this percentage of rows has failed, from the 20th row on')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Seconds after which the outcome of a request counts as unknown')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--retry-failed', '--retry-failed', [CompletionResultType]::ParameterName, 'Try again the rows that an earlier run gave up')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;users;rollback' {
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'Most writes in a second; 0 is as fast as the vendor answers [default: the connection''s `writes_per_second`, else 1]')
            [CompletionResult]::new('--max-failures', '--max-failures', [CompletionResultType]::ParameterName, 'Stop when more rows than this have failed')
            [CompletionResult]::new('--max-failure-share', '--max-failure-share', [CompletionResultType]::ParameterName, 'Stop when more than this percentage of rows has failed, from the 20th row on')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Seconds after which the outcome of a request counts as unknown')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--apply', '--apply', [CompletionResultType]::ParameterName, 'Roll back now, without asking')
            [CompletionResult]::new('--retry-failed', '--retry-failed', [CompletionResultType]::ParameterName, 'Try again the rows that an earlier run gave up')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;users;status' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;sandbox' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Answer the Qualtrics Users API on this machine, with made-up users and wanted faults')
            break
        }
        'ssoctl;sandbox;serve' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Loopback address; port 0 takes any that is free')
            [CompletionResult]::new('--csv', '--csv', [CompletionResultType]::ParameterName, 'Begin with the users of this CSV file (username, and id, email, first_name, last_name, status)')
            [CompletionResult]::new('--users', '--users', [CompletionResultType]::ParameterName, 'Begin with so many made-up users')
            [CompletionResult]::new('--brand-id', '--brand-id', [CompletionResultType]::ParameterName, 'The tenant')
            [CompletionResult]::new('--data-center', '--data-center', [CompletionResultType]::ParameterName, 'The data centre that `whoami` names')
            [CompletionResult]::new('--token', '--token', [CompletionResultType]::ParameterName, 'The API token that is accepted; never a real one')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Whose token it is; made where no user has the name')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Append a line of JSON for every change and every attempt')
            [CompletionResult]::new('--page-size', '--page-size', [CompletionResultType]::ParameterName, 'Users on a page')
            [CompletionResult]::new('--suffix', '--suffix', [CompletionResultType]::ParameterName, 'What becomes of a username that a request carries')
            [CompletionResult]::new('--fault', '--fault', [CompletionResultType]::ParameterName, 'Something that goes wrong, see below; may be repeated')
            [CompletionResult]::new('--fault-seed', '--fault-seed', [CompletionResultType]::ParameterName, 'Chooses which calls a percentage strikes')
            [CompletionResult]::new('--stall-ms', '--stall-ms', [CompletionResultType]::ParameterName, 'How long a stalled answer waits')
            [CompletionResult]::new('--retry-after', '--retry-after', [CompletionResultType]::ParameterName, 'What a throttled answer asks for: seconds, `date:SECONDS`, or `none`')
            [CompletionResult]::new('--foreign-next-page', '--foreign-next-page', [CompletionResultType]::ParameterName, 'Where a foreign `nextPage` leads')
            [CompletionResult]::new('--token-expires-after', '--token-expires-after', [CompletionResultType]::ParameterName, 'Refuse the token after so many calls')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--proxied', '--proxied', [CompletionResultType]::ParameterName, 'Answer as the proxy between data centres does: a notice on everything, no writes')
            [CompletionResult]::new('--list-faults', '--list-faults', [CompletionResultType]::ParameterName, 'List the kinds of faults and end')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;demo' {
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'The vendor')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'The folder to work in [default: a new one for temporary files]')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ssoctl;completions' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed on standard output')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, also not at a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Leave out notes and progress; data and warnings stay')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
