#!/bin/sh
# A certificate for localhost where nobody has put one in: for trying out. Browsers will ask.
set -eu
cd /certificates
[ -s tls.crt ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost,DNS:gateway,IP:127.0.0.1 -keyout tls.key -out tls.crt
chown 65532:65532 tls.key tls.crt
chmod 0400 tls.key
