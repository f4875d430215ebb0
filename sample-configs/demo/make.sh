#!/usr/bin/env bash
# Makes the documents of the rehearsal: idp.xml, an identity provider in the middle of a
# key rollover, and sp.xml, what a vendor's connection page would hand out. The private
# keys are thrown away. Needs the openssl command; run it in this folder.
set -euo pipefail
cd "$(dirname "$0")"
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT

# `openssl ca` is used for its fixed dates: a sample must not begin in the future of a test.
cat >"$keys/ca.cnf" <<'CNF'
[ca]
default_ca = sample
[sample]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
CNF
: >"$keys/index.txt"

certificate() { # COMMON-NAME END-YEAR KEY-OPTIONS...
    local name=$1 year=$2
    shift 2
    cd "$keys"
    openssl req -new -nodes -newkey "$@" -keyout key.pem -subj "/CN=$name" -out request.pem -config ca.cnf 2>/dev/null
    openssl ca -batch -selfsign -notext -config ca.cnf -keyfile key.pem -in request.pem -out certificate.pem \
        -startdate 20260101000000Z -enddate "${year}0101000000Z" 2>/dev/null
    sed '/-----/d; s/^/            /' certificate.pem
}
old=$(certificate "idp.example.org signing 2026" 2036 rsa:2048)
new=$(certificate "idp.example.org signing 2027" 2046 ec -pkeyopt ec_paramgen_curve:prime256v1)
sp=$(certificate "testbrand.iad1.qualtrics.com" 2046 rsa:2048)

cat >idp.xml <<XML
<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://idp.example.org/saml/metadata">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo>
        <ds:X509Data>
          <ds:X509Certificate>
$old
          </ds:X509Certificate>
        </ds:X509Data>
      </ds:KeyInfo>
    </md:KeyDescriptor>
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo>
        <ds:X509Data>
          <ds:X509Certificate>
$new
          </ds:X509Certificate>
        </ds:X509Data>
      </ds:KeyInfo>
    </md:KeyDescriptor>
    <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.org/saml/slo"/>
    <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.org/saml/sso"/>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.org/saml/sso"/>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="https://idp.example.org/saml/soap"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>
XML

cat >sp.xml <<XML
<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://testbrand.iad1.qualtrics.com">
  <md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo>
        <ds:X509Data>
          <ds:X509Certificate>
$sp
          </ds:X509Certificate>
        </ds:X509Data>
      </ds:KeyInfo>
    </md:KeyDescriptor>
    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://testbrand.iad1.qualtrics.com/login/v1/sso/saml2/default-sp" index="0" isDefault="true"/>
  </md:SPSSODescriptor>
</md:EntityDescriptor>
XML
