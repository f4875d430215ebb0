#!/usr/bin/env python3
"""pysaml2 as a SAML identity provider: the wheel has none, so that this is a page round its library.

    pysaml2.py FOLDER

FOLDER/settings.json says what to be (`run` tells its keys); `strong` has it sign with SHA-256.
"""
import html
import json
import os
import sys
from urllib.parse import parse_qsl
from wsgiref.simple_server import make_server

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_EMAILADDRESS, NameID
from saml2.server import Server

FOLDER = os.path.abspath(sys.argv[1])
with open(os.path.join(FOLDER, "settings.json"), encoding="utf-8") as file:
    SETTINGS = json.load(file)
SIGNED = {"sign_response": "response" in SETTINGS["signed"], "sign_assertion": "assertion" in SETTINGS["signed"]}
# Left alone, the library signs with SHA-1.
STRONG = {"sign_alg": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
          "digest_alg": "http://www.w3.org/2001/04/xmlenc#sha256"} if SETTINGS["strong"] else {}
PAGE = """<!DOCTYPE html><title>pysaml2</title><form method="post" action="/sso">{hidden}
<input name="username"> <input type="password" name="password"> <button type="submit">Log in</button></form>{said}"""


def configured():
    url = SETTINGS["url"]
    config = IdPConfig()
    config.load({
        "entityid": SETTINGS["entity_id"], "key_file": SETTINGS["key"], "cert_file": SETTINGS["certificate"],
        "encryption_keypairs": [], "xmlsec_binary": "/usr/bin/xmlsec1",
        "metadata": {"local": [SETTINGS["sp_metadata"]]} if SETTINGS["sp_metadata"] else {},
        "service": {"idp": {
            "endpoints": {"single_sign_on_service": [(url + "/sso", BINDING_HTTP_REDIRECT), (url + "/sso", BINDING_HTTP_POST)]},
            "name_id_format": [NAMEID_FORMAT_EMAILADDRESS], "want_authn_requests_signed": SETTINGS["signed_requests"],
            "policy": {"default": {"lifetime": {"minutes": 15}, "attribute_restrictions": None,
                                   "name_form": "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"}},
            **SIGNED,
        }},
    })
    return config


CONFIG = configured()
IDP = Server(config=CONFIG)


def form(query, binding, said=""):
    kept = {name: query[name] for name in ("SAMLRequest", "RelayState") if name in query}
    kept["binding"] = binding
    hidden = "".join(f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in kept.items())
    return PAGE.format(hidden=hidden, said=html.escape(said))


def answer(query):
    """The page that posts the response, as the library makes it."""
    name = query.get("username", "")
    user = SETTINGS["users"].get(name)
    if user is None or user["password"] != query.get("password"):
        return form(query, query["binding"], "wrong user or password")
    request = IDP.parse_authn_request(query["SAMLRequest"], query["binding"])
    arguments = IDP.response_args(request.message)
    destination = arguments.pop("destination")
    for unused in ("binding", "name_id_policy"):
        arguments.pop(unused, None)
    subject = NameID(format=NAMEID_FORMAT_EMAILADDRESS, text=user["name_id"])
    response = IDP.create_authn_response(
        dict(user["attributes"]), userid=name, name_id=subject, destination=destination,
        authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
               "authn_auth": SETTINGS["url"]},
        encrypt_assertion=SETTINGS["encrypt"], **SIGNED, **STRONG, **arguments)
    page = IDP.apply_binding(BINDING_HTTP_POST, str(response), destination, query.get("RelayState", ""), response=True)
    return page["data"] if isinstance(page["data"], str) else "".join(page["data"])


def application(environ, start):
    query = dict(parse_qsl(environ["QUERY_STRING"]))
    posted = environ["REQUEST_METHOD"] == "POST"
    if posted:
        query.update(parse_qsl(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()))
    kind, status = "text/html; charset=utf-8", "200 OK"
    if environ["PATH_INFO"] == "/metadata":
        kind, body = "application/samlmetadata+xml", str(entity_descriptor(CONFIG))
    elif environ["PATH_INFO"] != "/sso":
        status, body = "404 Not Found", "nothing here"
    elif "username" in query:
        body = answer(query)
    else:
        body = form(query, BINDING_HTTP_POST if posted else BINDING_HTTP_REDIRECT)
    start(status, [("Content-Type", kind)])
    return [body.encode()]


make_server("127.0.0.1", SETTINGS["port"], application).serve_forever()
