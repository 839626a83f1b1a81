# What every script begins with: stop at the first error, answer --help, stand at the root.
set -euo pipefail

if [[ ${1:-} == --help || ${1:-} == -h ]]; then
  sed -n '2s/^# *//p' "$0"
  exit 0
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The reference material, where there is any; without it the tests say what they skip.
if [[ -z ${MEDISYNC_SHARED:-} && -d ../shared ]]; then
  MEDISYNC_SHARED=$(cd ../shared && pwd)
fi
export MEDISYNC_SHARED=${MEDISYNC_SHARED:-}

say() { printf '== %s\n' "$*"; }

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}
