#!/usr/bin/env python3
"""Makes one good SP metadata document and twelve with one fault each, into a folder.

    faulty.py FOLDER ENTITY_ID ACS

The key is made by openssl for this run and thrown away; dates are relative to today.
"""
import datetime
import os
import subprocess
import sys

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"

folder, entity_id, acs = sys.argv[1:]
today = datetime.datetime.now(datetime.timezone.utc)

pem = subprocess.run(
    ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "400", "-subj", "/CN=throw-away",
     "-keyout", os.devnull],
    check=True, capture_output=True, text=True,
).stdout
certificate = "".join(line for line in pem.splitlines() if not line.startswith("-----"))


def attributes(**values):
    return "".join(f' {name}="{value}"' for name, value in values.items() if value is not None)


def document(
    doctype="", entity=entity_id, until=today + datetime.timedelta(days=30), protocol=PROTOCOL, key=certificate,
    binding=POST, location=acs, index="0", consumer=True, formats_first=True, close="</md:SPSSODescriptor>", name="Ops",
):
    descriptors = "".join(
        f'<md:KeyDescriptor use="{use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{key}</ds:X509Certificate>'
        "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\n"
        for use in ("signing", "encryption")
    )
    ordered = [
        f"<md:NameIDFormat>{EMAIL}</md:NameIDFormat>\n",
        f"<md:AssertionConsumerService{attributes(Binding=binding, Location=location, index=index)}/>\n" if consumer else "",
    ]
    if not formats_first:
        ordered.reverse()
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        + doctype
        + '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
        + ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
        + attributes(entityID=entity, validUntil=until.strftime("%Y-%m-%dT%H:%M:%SZ"))
        + ">\n<md:SPSSODescriptor"
        + attributes(AuthnRequestsSigned="true", protocolSupportEnumeration=protocol)
        + ">\n"
        + descriptors
        + f"<md:SingleLogoutService{attributes(Binding=REDIRECT, Location=acs + '/logout')}/>\n"
        + "".join(ordered)
        + close
        + f'\n<md:ContactPerson contactType="technical"><md:GivenName>{name}</md:GivenName></md:ContactPerson>\n'
        + "</md:EntityDescriptor>\n"
    )


documents = {
    "good": document(),
    "no-acs": document(consumer=False),
    "acs-without-index": document(index=None),
    "wrong-child-order": document(formats_first=False),
    "no-entity-id": document(entity=None),
    "no-protocol": document(protocol=None),
    "certificate-junk": document(key="bm90IGEgY2VydGlmaWNhdGU="),
    "certificate-not-base64": document(key="!!!! not base64 !!!!"),
    "expired": document(until=today - datetime.timedelta(days=2000)),
    "binding-misspelt": document(binding=POST.replace("POST", "PSOT")),
    "acs-not-url": document(location="not a url"),
    "not-well-formed": document(close=""),
    "doctype-entity": document(doctype='<!DOCTYPE md [<!ENTITY e SYSTEM "file:///etc/hostname">]>\n', name="&e;"),
}
for fault, text in documents.items():
    with open(os.path.join(folder, fault + ".xml"), "w", encoding="utf-8") as file:
        file.write(text)
