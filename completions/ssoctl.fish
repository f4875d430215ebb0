# Completions of ssoctl for fish. They ask the ssoctl on the PATH at each TAB.
function __ssoctl_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (ssoctl __complete $before "$current" 2>/dev/null)
    if test (count $lines) -gt 1
        printf '%s\n' $lines[2..-1]
    else if test "$lines[1]" = files
        __fish_complete_path "$current"
    end
end
complete -c ssoctl -f -a '(__ssoctl_complete)'
