#!/bin/sh
# Brings Temporal's two databases to the schema of this image. It may be run again: the update applies only what is missing, and
# the set-up runs only when there is no schema to update.
set -eu
export SQL_PLUGIN=postgres12 SQL_HOST=postgres SQL_PORT=5432 SQL_USER=temporal SQL_PASSWORD="$TEMPORAL_PASSWORD"
schema=/etc/temporal/schema/postgresql/v12

prepare() {
  temporal-sql-tool --db "$1" update-schema -d "$2" 2>/dev/null && return
  temporal-sql-tool --db "$1" setup-schema -v 0.0
  temporal-sql-tool --db "$1" update-schema -d "$2"
}

prepare temporal "$schema/temporal/versioned"
prepare temporal_visibility "$schema/visibility/versioned"
