#!/usr/bin/env bash
# Builds the programs that the cluster tests start (etcd, Kubernetes, kwok, helm, the network policy judge) from the Go
# modules in tools/ into a cache outside the repository. What is there already is not built again. Needs Go and nothing else.
#
#   test/kubernetes/build-tools.sh            build everything (about ten minutes the first time, then nothing to do)
#   test/kubernetes/build-tools.sh kwok helm  build these modules only
#
# PLACET_TOOLS names another cache directory. KUBEBUILDER_ASSETS names a directory that holds etcd, kube-apiserver and
# kubectl already (the convention of Kubernetes' own test tools); what is found there is not built.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${PLACET_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/placet/tools}
kubernetes=v1.36.3

# A module's directory in the cache carries a digest of everything it is built from. tools.ts computes the same.
directory_of() {
  local digest
  digest=$(cd "$here/tools/$1" && cat go.mod go.sum ./*.go 2>/dev/null | sha256 | cut -c1-12)
  echo "$cache/$1-$digest"
}

sha256() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }

# build MODULE BINARY PACKAGE [LDFLAGS]: a build that is interrupted leaves nothing behind, least of all the final name.
partial=
trap 'rm -f "$partial"' EXIT
build() {
  local module=$1 binary=$2 package=$3 ldflags=${4:-} directory
  directory=$(directory_of "$module")
  [ -x "${KUBEBUILDER_ASSETS:-/nonexistent}/$binary" ] && return
  [ -x "$directory/$binary" ] && return
  command -v go >/dev/null || { echo "build-tools: $binary is missing and there is no Go to build it with" >&2; exit 1; }
  echo "building $binary" >&2
  mkdir -p "$directory"
  partial="$directory/.$binary.$$"
  (cd "$here/tools/$module" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w $ldflags" -o "$partial" "$package")
  mv "$partial" "$directory/$binary"
}

control_plane() {
  local version=k8s.io/component-base/version program
  local stamp="-X $version.gitVersion=$kubernetes -X $version.gitMajor=1 -X $version.gitMinor=36"
  build control-plane etcd go.etcd.io/etcd/server/v3
  for program in kube-apiserver kube-controller-manager kube-scheduler kubectl; do
    build control-plane $program k8s.io/kubernetes/cmd/$program "$stamp"
  done
}

# kwok's stages say how a fake pod and a fake node come to life; they are files of its own module.
kwok() {
  local directory stages stage
  build kwok kwok sigs.k8s.io/kwok/cmd/kwok
  directory=$(directory_of kwok)
  [ -f "$directory/stages.yaml" ] && return
  stages=$(cd "$here/tools/kwok" && go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)/kustomize/stage
  partial="$directory/.stages.$$"
  for stage in pod/fast/pod-{ready,complete,delete} node/fast/node-initialize node/heartbeat-with-lease/node-heartbeat-with-lease; do
    echo "---"
    cat "$stages/$stage.yaml"
  done >"$partial"
  mv "$partial" "$directory/stages.yaml"
}

helm() { build helm helm helm.sh/helm/v4/cmd/helm; }

network_policy_judge() { build network-policy-judge network-policy-judge .; }

for module in "${@:-all}"; do
  case $module in
    control-plane) control_plane ;;
    kwok) kwok ;;
    helm) helm ;;
    network-policy-judge) network_policy_judge ;;
    all) control_plane; kwok; network_policy_judge; helm ;;
    *) echo "build-tools: unknown module $module" >&2; exit 1 ;;
  esac
done
