# Completions of ssoctl for bash. They ask the ssoctl on the PATH at each TAB.
_ssoctl() {
    local line kind=
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then
            kind=$line
        else
            COMPREPLY+=("${line%%$'\t'*}")
        fi
    done < <(ssoctl __complete "${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
    # Where nothing else fits, a file may.
    if [[ $kind == files ]]; then
        compopt -o default 2>/dev/null
    fi
}
complete -F _ssoctl ssoctl
