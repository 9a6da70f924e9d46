# Options under their former names and letters: they do what the present ones do, no help shows them.
cp "$CLI/knee.yaml" .
same() { # COMMAND... : what each of the words on stdin gives, once
    while read -r words; do
        # shellcheck disable=SC2086
        "$PUSHSIM" "$@" $words 2>&1 | sha256sum
    done | sort -u | wc -l
}
printf '%s\n' '--format json' '-F json' '-f json' | same cpu --duration 1s
printf '%s\n' '--repeats 2' '--repeat 2' '-r 2' | same cpu --duration 1s
"$PUSHSIM" replay knee.yaml --repeat 0 2>&1 | head -1
"$PUSHSIM" limit knee.yaml --runs 1 2>&1 | head -1
"$PUSHSIM" verdict knee.yaml -f xml 2>&1 | head -1
for command in compare cpu explain export limit options validate verdict; do
    "$PUSHSIM" $command -F xml knee.yaml 2>&1 | head -1
done
for command in cpu limit replay validate verdict; do
    "$PUSHSIM" $command --help | grep -- '--repeat\|--runs\|--format'
    "$PUSHSIM" $command --usage | tr ' ' '\n' | grep -- '--repeat\|--runs\|^\[-f\|\[-F'
done
