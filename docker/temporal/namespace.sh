#!/bin/sh
# Creates the namespace and the search attributes once the server answers. Both may exist already.
set -eu
export TEMPORAL_ADDRESS=temporal:7233

attempts=0
until temporal operator cluster health >/dev/null 2>&1; do
  attempts=$((attempts + 1))
  [ "$attempts" -lt 60 ] || { echo "Temporal does not answer at $TEMPORAL_ADDRESS" >&2; exit 1; }
  sleep 1
done

temporal operator namespace describe default >/dev/null 2>&1 || temporal operator namespace create --retention 30d default
for attribute in StoreId=Keyword AccountId=Keyword Status=Keyword WaitingFor=Keyword Owner=Keyword DueAt=Datetime; do
  temporal operator search-attribute list --namespace default | grep -qw "${attribute%%=*}" ||
    temporal operator search-attribute create --namespace default --name "${attribute%%=*}" --type "${attribute##*=}"
done
