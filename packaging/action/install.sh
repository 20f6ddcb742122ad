#!/usr/bin/env bash
# Fetches the archive of a release, compares its checksum, and puts the program on the PATH of the steps that follow.
# What the action was called with comes in through the environment alone.
set -euo pipefail

fail() {
  echo "gonogo was not installed: $*"
  # Nothing was judged, which must never read as a GO.
  exit 3
}

case "${RUNNER_OS}-${RUNNER_ARCH}" in
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  Windows-X64) target=x86_64-pc-windows-msvc ;;
  *) fail "there is no release for ${RUNNER_OS} on ${RUNNER_ARCH}" ;;
esac

# Without a wish, the version of the action itself: what was reviewed together runs together.
version=${GONOGO_VERSION:-$(sed -n 's/^version = "\(.*\)"$/\1/p' "${GITHUB_ACTION_PATH}/Cargo.toml" | head -n 1)}
version=${version#v}
[[ ${version} =~ ^[0-9]+\.[0-9]+\.[0-9]+([-+.0-9A-Za-z]*)$ ]] || fail "'${version}' is no version; give one like 0.1.0"

# An action that is called by its path within its own repository has no name of its own.
repository=${GONOGO_REPOSITORY:-${GITHUB_REPOSITORY}}
base="${GITHUB_SERVER_URL}/${repository}/releases/download/v${version}"
folder="gonogo-${version}-${target}"
archive="${folder}.tar.gz"

work=$(mktemp -d "${RUNNER_TEMP}/gonogo.XXXXXX")
cd "${work}"

get() {
  curl --fail --silent --show-error --location --proto-redir '=https' --retry 3 --output "$1" "${base}/$1" || fail "${base}/$1 could not be fetched"
}

get "${archive}"
if [[ -n ${GONOGO_SHA256:-} ]]; then
  wanted=${GONOGO_SHA256}
else
  get SHA256SUMS
  wanted=$(awk -v name="${archive}" '$2 == name { print $1 }' SHA256SUMS)
fi
[[ ${wanted} =~ ^[0-9a-f]{64}$ ]] || fail "there is no checksum for ${archive}"
if command -v sha256sum >/dev/null; then found=$(sha256sum "${archive}"); else found=$(shasum -a 256 "${archive}"); fi
[[ ${found%% *} == "${wanted}" ]] || fail "the checksum of ${archive} is ${found%% *}, and ${wanted} was promised"

tar -xzf "${archive}"
"./${folder}/gonogo" --version
echo "${work}/${folder}" >>"${GITHUB_PATH}"
