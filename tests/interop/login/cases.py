"""The identity providers, and what must be said of each login: the good one, and those that are misconfigured.

A case changes one thing, at the identity provider, in what it knows of us, or in the connection's file.
"""
from collections.abc import Callable
from dataclasses import dataclass, field


def nothing(*_):
    return {}


@dataclass
class Case:
    title: str
    # accepted, refused, denied (the login is proven, and the vendor would not let it in), or none: no login comes.
    verdict: str
    code: str | None = None
    # What the hint must name; `{url}` is our address.
    hint: str = ""
    # What differs at the identity provider: of its settings, and of the keys there are.
    settings: Callable = nothing
    # What differs in the SP metadata that it has: of the text, and of our address.
    metadata: Callable = lambda text, url: text
    # What differs in the connection's file: expressions and what stands in their place.
    connection: tuple = ()
    # What the decision must tell of the user's attributes.
    tells: str = ""
    # Flags of `connection test`.
    flags: tuple = ()
    # Seconds by which the identity provider's clock is off.
    clock: int | None = None
    # The client secret that we have, where it is not the right one.
    secret: str | None = None
    # Where the login begins, in place of the test page; and what is pressed at the identity provider.
    start: str | None = None
    press: str | None = None
    # What is pressed on the page of the result, and the code of the logout that follows; none is good.
    then: str | None = None
    logout: str | None = None
    # What the identity provider shows, where no login comes; and how long the test page waits for it.
    at_idp: str | None = None
    seconds: int = 30
    # Whether the test page waits for all of them, since what comes does not end the test.
    waited_out: bool = False
    # Whether `login decode` says the same of the capture alone.
    offline: bool = True


@dataclass
class Protocol:
    name: str
    provider: str
    # Flags of `connection add` that name the identity provider's document at an address.
    document: Callable
    flags: Callable
    cases: list
    # Flags of `connection test` in each case, where it asks that address too.
    testing: Callable = lambda url: ()


@dataclass
class Idp:
    name: str
    program: str
    # What runs the program, where it does not say so itself.
    interpreter: str | None
    # A page that answers once it runs.
    ready: str
    # Behind its address.
    entity_id: str
    user: str
    password: str
    # Of the identity that each protocol must prove.
    subject: dict
    protocols: list
    settings: dict = field(default_factory=dict)


def reading(url):
    """What lets an address of this machine be asked, also where `CI` is set and the public internet alone may be."""
    return "--insecure-allow-http", "--allow-origin", url


BRAND = ("--setting", "brand_id=testbrand", "--setting", "data_center=iad1")
CLIENT = ("--client-id", "ssoctl", "--client-secret", "env:TRIAL_SECRET")
MAPPED = ("--attribute", "email=mail", "--attribute", "username=uid")
# More than the three minutes that clocks may differ, and than an assertion or token lasts.
FAST, SLOW = 1200, -1200
VERY_SLOW = -7200


def other_key(_, keys):
    return keys["other"]


def another_name(settings, _):
    return {"entity_id": settings["entity_id"] + "/renamed"}


def by_number(text, url):
    """The ACS by the address's number, which a browser reaches as well, and which is another address."""
    return text.replace(f'Location="{url}/acs"', f'Location="{url.replace("localhost", "127.0.0.1")}/acs"')


def client(**changed):
    return lambda settings, _: {"client": {**settings["client"], **changed}}


def signing(text, _):
    """It goes by our metadata, and then demands what that promises."""
    return text.replace('AuthnRequestsSigned="false"', 'AuthnRequestsSigned="true"')


def other_entity(text, url):
    return text.replace(f'entityID="{url}/metadata"', f'entityID="{url}/other"')


def having(**settings):
    return lambda *_: settings


GOOD = Case("good", "accepted")
SAML = [
    GOOD,
    Case("another certificate", "refused", "signature-invalid", settings=other_key,
         hint="none of those that the connection has"),
    Case("another entity ID", "refused", "issuer-mismatch", settings=another_name),
    Case("its clock is fast", "refused", "assertion-not-yet-valid", clock=FAST),
    Case("its clock is slow", "refused", "confirmation-expired", clock=SLOW),
]


def alice(**attributes):
    return {"alice": {"password": "alice-password", "name_id": "alice@example.org", "attributes": attributes}}


SSP_USER = {"principal": ["alice@example.org"], "mail": ["alice@example.org"], "uid": ["alice"], "groups": ["staff", "admins"]}
SIMPLESAMLPHP = Idp(
    "simplesamlphp", "simplesamlphp", None, "/simplesaml/saml2/idp/metadata.php", "/idp", "alice", "alice-password",
    {"saml": "alice@example.org"}, settings={"users": alice(**SSP_USER)},
    protocols=[Protocol(
        "saml", "qualtrics", lambda url: ("--metadata", url + "/simplesaml/saml2/idp/metadata.php", *reading(url)),
        # It signs its metadata, by the key that signs its logins.
        lambda settings: ("--trust", settings["certificate"], *BRAND, *MAPPED),
        [
            *SAML,
            Case("only the assertion is signed", "accepted", settings=having(signed=["assertion"])),
            Case("nothing is signed", "refused", "signature-missing", settings=having(signed=[])),
            Case("encrypted", "accepted", settings=having(encrypt=True)),
            Case("asked by POST", "accepted", flags=("--request-binding", "post")),
            Case("demands a signed request", "accepted", metadata=signing, flags=("--sign-request",)),
            Case("demands a signed request in vain", "none", metadata=signing, at_idp="exception"),
            Case("logs out", "accepted", flags=("--slo",), then="#logout"),
            Case("its logout is not signed", "accepted", logout="signature-missing", settings=having(signed_logout=False),
                 flags=("--slo",), then="#logout"),
            Case("another ACS", "refused", "destination-mismatch", metadata=by_number),
            Case("another attribute for the address", "denied", "attribute-missing",
                 settings=having(users=alice(principal=SSP_USER["principal"], email=SSP_USER["mail"], uid=["alice"]))),
            # The vendor takes the address in its place, so that the login is good and the account another.
            Case("another attribute for the name", "accepted", tells="no attribute `uid` came for username",
                 settings=having(users=alice(principal=SSP_USER["principal"], mail=SSP_USER["mail"], login=["alice"]))),
            Case("begins at the identity provider", "accepted", flags=("--idp-initiated",),
                 start="{idp}/simplesaml/saml2/idp/SSOService.php?spentityid={sp}/metadata"),
            Case("begins there unasked", "refused", "response-unsolicited", seconds=12, waited_out=True, offline=False,
                 start="{idp}/simplesaml/saml2/idp/SSOService.php?spentityid={sp}/metadata"),
            # What nobody asked for is refused, and does not end the test before its time.
            Case("another audience", "refused", "audience-mismatch", metadata=other_entity, flags=("--idp-initiated",),
                 seconds=12, waited_out=True,
                 start="{idp}/simplesaml/saml2/idp/SSOService.php?spentityid={sp}/other"),
            Case("another service provider", "none", "no-login", metadata=other_entity, at_idp="Metadata not found",
                 seconds=5, hint="the reply URL (ACS) must be `{url}/acs` there"),
        ],
    )],
)

CLAIMS = {"email": "mail", "name": "cn", "preferred_username": "uid"}
LEMONLDAP = Idp(
    "lemonldap", "lemonldap", None, "/saml/metadata", "/saml/metadata", "dwho", "dwho",
    {"saml": "dwho@badwolf.org", "openid": "dwho"},
    settings={"attributes": {"mail": "mail", "uid": "uid"}, "claims": CLAIMS},
    protocols=[
        Protocol(
            "saml", "qvidian", lambda url: ("--metadata", url + "/saml/metadata", *reading(url)), lambda _: MAPPED,
            [
                *SAML,
                Case("another attribute", "accepted", tells="no attribute `uid` came for username",
                     settings=having(attributes={"mail": "mail", "login": "uid"})),
                Case("encrypted", "accepted", settings=having(encrypt=True)),
                Case("demands a signed request", "accepted", settings=having(signed_requests=True)),
                Case("logs out", "accepted", flags=("--slo",), then="#logout"),
                # It finds the one of the request unknown, and says nothing of use.
                Case("another ACS", "none", metadata=by_number),
            ],
        ),
        Protocol(
            "openid", "qualifio", lambda url: ("--discovery", url, *reading(url)),
            lambda _: (*CLIENT, "--set", "login.email_domains=badwolf.org"),
            [
                GOOD,
                # As it is easily copied: without the slash at its end.
                Case("another issuer", "refused", "issuer-mismatch", connection=((r"(issuer: \S+)/\n", r"\1\n"),)),
                Case("another secret", "refused", "oauth-invalid-client", secret="not-the-secret-at-all", offline=False),
                Case("another attribute", "denied", "attribute-missing",
                     settings=having(claims={"mail": "mail", "name": "cn"})),
                Case("another redirect URI", "none", settings=client(redirect_uri="http://localhost/back")),
            ],
            testing=reading,
        ),
    ],
)

PEOPLE = {"alice": {"claims": {"email": "alice@example.org", "email_verified": True, "name": "Alice \u00c5lund",
                               "preferred_username": "alice"}}}
OIDC_PROVIDER = Idp(
    "oidc-provider", "oidc-provider.mjs", "node", "/.well-known/openid-configuration", "", "alice", "any-password",
    {"openid": "alice"}, settings={"users": PEOPLE},
    protocols=[Protocol(
        "openid", "qualtrics", lambda url: ("--discovery", url, *reading(url)),
        lambda _: (*CLIENT, *BRAND, "--attribute", "email=email", "--attribute", "username=preferred_username"),
        [
            GOOD,
            # It names itself in the answer (RFC 9207), so that no token is asked for.
            Case("another issuer", "refused", "answering-issuer-mismatch",
                 connection=((r"(\n  issuer: \S+)", r"\1/"),), offline=False),
            Case("its claims are not in the token", "accepted", settings=having(claims_in_token=False), offline=False),
            Case("demands PKCE", "accepted", settings=client(pkce=True)),
            Case("takes the secret in the form", "accepted", settings=client(method="client_secret_post"),
                 connection=((r"  - client_secret_basic\n", ""),)),
            # A wrong secret ends at the token endpoint already, as in the case below.
            Case("signs with the client secret", "accepted", settings=client(algorithm="HS256"),
                 connection=((r"(\n  public_keys_endpoint: \S+)", ""), (r"  - RS256\n", "  - HS256\n"))),
            Case("signs with the client secret, undeclared", "refused", "jws-hmac", settings=client(algorithm="HS256")),
            Case("another key set", "refused", "token-key-unknown",
                 connection=((r"(public_keys_endpoint: \S+)/jwks", r"\1/keys-of-before"),), offline=False),
            Case("another client", "none", at_idp="invalid_client", connection=((r"client_id: ssoctl", "client_id: other"),)),
            Case("another secret", "refused", "oauth-invalid-client", secret="not-the-secret-at-all", offline=False),
            Case("another redirect URI", "none", at_idp="invalid_redirect_uri", settings=client(redirect_uri="http://localhost/back")),
            Case("the user cancels", "refused", "oauth-access-denied", press="a[href*=abort]", offline=False),
            Case("its clock is fast", "refused", "token-issued-later", clock=FAST),
            Case("its clock is slow", "refused", "token-expired", clock=VERY_SLOW),
        ],
        testing=reading,
    )],
)


PYSAML2 = Idp(
    "pysaml2", "pysaml2.py", "python", "/metadata", "/metadata", "alice", "alice-password", {"saml": "alice@example.org"},
    settings={"users": alice(mail=["alice@example.org"], uid=["alice"]), "strong": True},
    protocols=[Protocol(
        "saml", "qvidian", lambda url: ("--metadata", url + "/metadata", *reading(url)), lambda _: MAPPED,
        [
            *SAML,
            Case("only the response is signed", "accepted", settings=having(signed=["response"])),
            # What the library does where nobody says otherwise: Triple DES, and SHA-1.
            Case("encrypted with 3DES", "refused", "encryption-unsupported", settings=having(encrypt=True)),
            Case("signed with SHA-1", "refused", "signature-sha1", settings=having(strong=False)),
            Case("another ACS", "none", metadata=by_number),
        ],
    )],
)

IDPS = [SIMPLESAMLPHP, LEMONLDAP, OIDC_PROVIDER, PYSAML2]
