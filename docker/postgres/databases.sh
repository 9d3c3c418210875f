#!/bin/sh
# Runs once, when the volume is empty. Creates one role with its database for the engine and one with its databases for Temporal,
# so that neither can read the other's data.
set -eu
psql -v ON_ERROR_STOP=1 -v shimebi="$SHIMEBI_PASSWORD" -v temporal="$TEMPORAL_PASSWORD" --username postgres <<SQL
CREATE ROLE shimebi LOGIN PASSWORD :'shimebi';
CREATE DATABASE shimebi OWNER shimebi ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' TEMPLATE template0;
CREATE ROLE temporal LOGIN PASSWORD :'temporal';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE CONNECT ON DATABASE shimebi, temporal, temporal_visibility FROM PUBLIC;
SQL
