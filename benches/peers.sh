#!/bin/sh
# gonogo beside its peers on one folder: median of several runs of each, and how many times gonogo's own.
#
#     benches/peers.sh FOLDER [RUNS]
#     benches/peers.sh --generate NUMBER [RUNS]
#
# The second form makes so many small manifests, each a Deployment and its Service, in a folder of its own and measures there.
# Nothing of the folder is run and nothing is written into it; all tools are told to read files alone. hyperfine does the
# timing where it is installed, else a loop with the clock of `date`. GONOGO=path names another binary.
set -eu

usage() {
    echo "usage: $0 FOLDER [RUNS], or $0 --generate NUMBER [RUNS]" >&2
    exit 2
}

number=
if [ "${1:-}" = --generate ]; then
    number=${2:-}
    case $number in '' | *[!0-9]* | 0) usage ;; esac
    shift
fi
[ $# -ge 1 ] && [ $# -le 2 ] || usage
[ -n "$number" ] || [ -d "$1" ] || usage
runs=${2:-5}
case $runs in '' | *[!0-9]* | 0) usage ;; esac

here=$(cd "$(dirname "$0")/.." && pwd -P)
gonogo=${GONOGO:-$here/target/release/gonogo}
[ -x "$gonogo" ] || {
    echo "there is no $gonogo: cargo build --release makes it, or GONOGO=path names another" >&2
    exit 2
}
case $gonogo in /*) ;; *) gonogo=$(pwd -P)/$gonogo ;; esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# Manifests of any number, the same every time; one in eight moves its image's tag.
generate() {
    mkdir -p "$1"
    awk -v folder="$1" -v number="$2" 'BEGIN {
        for (at = 0; at < number; at++) {
            name = "web-" at
            tag = at % 8 == 0 ? "latest" : "1.4.2"
            file = folder "/" name ".yaml"
            printf "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: %s\nspec:\n  replicas: 3\n  selector:\n    matchLabels: {app: %s}\n", name, name >file
            printf "  template:\n    metadata:\n      labels: {app: %s}\n    spec:\n      containers:\n        - name: web\n", name >file
            printf "          image: registry.example.com/web:%s\n          ports:\n            - {name: http, containerPort: 8080}\n", tag >file
            printf "          readinessProbe:\n            httpGet: {path: /readyz, port: http}\n          resources:\n            limits: {memory: 512Mi}\n" >file
            printf "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: %s\nspec:\n  selector: {app: %s}\n  ports:\n    - {port: 80, targetPort: http}\n", name, name >file
            close(file)
        }
    }'
}

if [ -n "$number" ]; then
    folder=$work/made
    generate "$folder" "$number"
    # Schemas that take everything: all that is measured of kubeconform then is how it reads, so its time is the least it can be.
    if [ -z "${KUBECONFORM_SCHEMAS:-}" ]; then
        mkdir "$work/schemas"
        for kind in deployment service; do
            echo '{"type": "object"}' >"$work/schemas/$kind.json"
        done
        KUBECONFORM_SCHEMAS="$work/schemas/{{.ResourceKind}}.json"
    fi
else
    folder=$(cd "$1" && pwd -P)
fi

# Away from the folder, so that no tool takes its configuration from there.
cd "$work"

# Lists of files, each path on a line of its own and absolute, so that none looks like an option. A path with a line
# break in it would be two; there are tools that take lists in no other way, so such a path is left out.
list() {
    find "$folder" -type d -name .git -prune -o -type f "$@" ! -name '*
*' -print >"$work/found"
}
list \( -name '*.sql' \)
mv found sql
list \( -name '*.yaml' -o -name '*.yml' \)
if [ -n "$number" ]; then
    mv found manifests
else
    # The peers for manifests stumble over files that are none; they get what gonogo would call a candidate.
    : >manifests
    while IFS= read -r path; do
        if grep -q '^apiVersion:' "$path" && grep -q '^kind:' "$path" && ! grep -q '{{' "$path"; then
            printf '%s\n' "$path" >>manifests
        fi
    done <found
fi

# Runs a command with the files of a list, each a word of its own whatever is in its name.
cat >with-files <<'SCRIPT'
#!/bin/sh
list=$1
shift
LC_ALL=C sed 's/[^A-Za-z0-9_./-]/\\&/g' "$list" | LC_ALL=C xargs "$@" >/dev/null 2>&1
SCRIPT
cat >with-folder <<'SCRIPT'
#!/bin/sh
"$@" >/dev/null 2>&1
SCRIPT
chmod +x with-files with-folder

has() {
    command -v "$1" >/dev/null 2>&1
}

# Nanoseconds, or nothing where `date` knows none.
now() {
    date +%s%N | grep -v '[^0-9]'
}

# The median of some numbers, one a line.
median() {
    sort -n | awk '{ all[NR] = $1 } END { print NR % 2 ? all[(NR + 1) / 2] : (all[NR / 2] + all[NR / 2 + 1]) / 2 }'
}

# Prints the median of a command in milliseconds. Its exit code is its verdict, not a failure.
milliseconds() {
    "$@" || true # the first run warms the caches and does not count
    if has hyperfine; then
        quoted=
        for word in "$@"; do
            quoted="$quoted '$(printf '%s' "$word" | sed "s/'/'\\\\''/g")'"
        done
        hyperfine --ignore-failure --runs "$runs" --export-csv timed.csv "$quoted" >/dev/null 2>&1
        # Medians are the sixth column; the first, the command, may hold commas itself.
        awk -F, 'END { print $(NF - 2) * 1000 }' timed.csv
        return
    fi
    [ -n "$(now)" ] || {
        echo "this system's date knows no nanoseconds; install hyperfine" >&2
        exit 2
    }
    count=0
    while [ "$count" -lt "$runs" ]; do
        before=$(now)
        "$@" || true
        after=$(now)
        echo $(((after - before) / 1000)) # microseconds
        count=$((count + 1))
    done | median | awk '{ print $1 / 1000 }'
}

row() {
    awk -v name="$1" -v what="$2" -v took="$3" -v own="$4" \
        'BEGIN { printf "%-12s %-34s %10.1f ms %8.2f x\n", name, what, took, (own > 0 ? took / own : 0) }'
}

missing=
# peer NAME PACKAGE WHAT COMMAND...: a row, or a word on how to have it.
peer() {
    name=$1
    package=$2
    what=$3
    shift 3
    if ! has "$name"; then
        missing="$missing
  $name: $package"
        return
    fi
    row "$name" "$what" "$(milliseconds "$@")" "$own"
}

load=$(cut -d ' ' -f 1-3 /proc/loadavg 2>/dev/null || echo unknown)
echo "$(wc -l <sql | tr -d ' ') files of SQL, $(wc -l <manifests | tr -d ' ') manifests; medians of $runs runs; load average before: $load"
own=$(milliseconds ./with-folder "$gonogo" check "$folder" --output concise)
row gonogo "all it judges" "$own" "$own"
peer rg "package ripgrep" "search for a word, ignored files too" ./with-folder rg --no-config --hidden --no-ignore --word-regexp --count image "$folder"
if [ -s sql ]; then
    peer squawk "Python package squawk-cli" "the files of SQL" ./with-files sql squawk
fi
if [ -s manifests ]; then
    peer kube-linter "Go package kube-linter, of stackrox" "the manifests" ./with-files manifests kube-linter lint
    peer kube-score "Go package kube-score, of zegl" "the manifests" ./with-files manifests kube-score score
    # Without schemas of its own it would ask the network for them.
    if [ -n "${KUBECONFORM_SCHEMAS:-}" ]; then
        peer kubeconform "Go package kubeconform, of yannh" "the manifests" \
            ./with-files manifests kubeconform -ignore-missing-schemas -schema-location "$KUBECONFORM_SCHEMAS"
    else
        missing="$missing
  kubeconform: Go package kubeconform, of yannh, and KUBECONFORM_SCHEMAS=path/to/local/schemas/{{.ResourceKind}}.json"
    fi
fi
[ -z "$missing" ] || echo "not measured:$missing"
