#!/usr/bin/env bash
# Runs `gonogo check` with what the action was called with, which comes in through the environment alone. Reports go to the
# log, to annotations, to the job summary and to a file for code scanning. It ends with 0 in any case, so that the file
# can be uploaded: the exit code is an output, and the last step of the action ends with it.
set -uo pipefail

arguments=(check --output text)

# One a line, as it is: spaces, quotes and dollars mean nothing.
add_lines() {
  local line
  while IFS= read -r line || [[ -n ${line} ]]; do
    line=${line%$'\r'}
    if [[ -n ${line} ]]; then arguments+=("${line}"); fi
  done <<<"$1"
}

annotations="${RUNNER_TEMP}/gonogo.annotations"
sarif="${RUNNER_TEMP}/gonogo.sarif"
rm -f "${annotations}" "${sarif}"
if [[ ${GONOGO_ANNOTATIONS} == true ]]; then arguments+=(--output "github=${annotations}"); fi
if [[ ${GONOGO_SUMMARY} == true ]]; then arguments+=(--output "markdown=${GITHUB_STEP_SUMMARY}"); fi
# Code scanning raises what is allowed or in the baseline, too, so it gets nothing but what counts.
if [[ ${GONOGO_SARIF} == true ]]; then arguments+=(--output "sarif-github=${sarif}"); fi
if [[ -n ${GONOGO_FAIL_ON} ]]; then arguments+=(--fail-on "${GONOGO_FAIL_ON}"); fi
add_lines "${GONOGO_ARGUMENTS}"
arguments+=(--)
add_lines "${GONOGO_PATHS}"

gonogo "${arguments[@]}"
code=$?

if [[ -f ${annotations} ]]; then cat "${annotations}"; fi
case ${code} in
  0) verdict=go ;;
  1) verdict=no-go ;;
  3) verdict=no-verdict ;;
  *) verdict=none ;;
esac
if [[ ${code} == 3 && $(git rev-parse --is-shallow-repository 2>/dev/null) == true ]]; then
  echo "This checkout holds the newest commit alone, and what has shipped is told by older ones."
  echo "Give actions/checkout 'fetch-depth: 0', or 2 where pull requests alone are judged."
fi
{
  echo "verdict=${verdict}"
  echo "exit-code=${code}"
  if [[ -f ${sarif} ]]; then echo "sarif-file=${sarif}"; fi
} >>"${GITHUB_OUTPUT}"
