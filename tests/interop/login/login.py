"""One login by the browser, and whether what ssoctl says of it is right."""
import json
import os

from trial import SECRET, finished, key_set


def told(report):
    """Verdict, and the code that explains it: of the login, or of what the vendor would make of it."""
    decision = report.get("decision") or {}
    verdict = report.get("verdict")
    if verdict == "accepted" and decision.get("decision") == "deny":
        return "denied", decision.get("code")
    return verdict, report.get("code")


class Login:
    """A case of an identity provider by one protocol; what is wrong is told as a list, and an empty one is good."""

    def __init__(self, bench, idp, server, protocol, name, case):
        self.trial, self.browser, self.keep = bench.trial, bench.browser, bench.keep
        self.idp, self.server, self.protocol, self.name, self.case = idp, server, protocol, name, case

    def run(self, found):
        case, capture = self.case, os.path.join(found, "capture")
        testing = self.protocol.testing(self.server.settings["url"])
        flags = [flag.format(url=self.trial.url) for flag in (*testing, *case.flags)]
        page = self.trial.begin(self.name, capture, os.path.join(found, "stderr"), flags, case.secret or SECRET, case.seconds)
        try:
            seen = self.browse(found, page)
            if case.verdict == "none":
                # Where nothing is to be said, it is not waited for: nothing can come any more.
                status, report = finished(page, case.seconds + 5) if case.code else (None, {})
                return self.not_come(seen, status, report)
            if "error" in seen:
                return [f"{seen['error']} at {seen.get('url')}: {seen.get('text', '')[:500]!r}, {page.said()}"]
            status, report = finished(page, case.seconds + 10 if case.waited_out else 10)
        finally:
            page.end()
        for name, document in (("report.json", report), ("seen.json", seen)):
            with open(os.path.join(found, name), "w", encoding="utf-8") as out:
                json.dump(document, out, indent=1)
        wrong = self.judged(status, report)
        for word in (SECRET, case.secret):
            if word and word in page.said() + seen["text"] + json.dumps(report):
                wrong.append("a secret is shown")
        if case.offline:
            wrong += [f"login decode: {one}" for one in self.decoded(capture, found)]
        return wrong

    def browse(self, found, page):
        case = self.case
        start = (case.start or "").format(sp=self.trial.url, idp=self.server.settings["url"]) or self.trial.address(page)
        # What does not end the test is told where it was brought.
        home = [f"http://{host}:{self.trial.port}/{end}" for host in ("localhost", "127.0.0.1") for end in ("result", "acs", "callback")]
        return self.browser.log_in(start=start, click=None if case.start else "#start", user=self.idp.user,
                                   password=self.idp.password, press=case.press, then=case.then, home=home, seconds=25,
                                   picture=os.path.join(found, "page.png"), always=self.keep)

    def not_come(self, seen, status, report):
        """The identity provider has kept the user, and the page says what is to be compared."""
        case, wrong = self.case, []
        if "error" not in seen:
            wrong.append(f"a login came, to {seen['url']}")
        if case.at_idp and case.at_idp not in seen.get("text", ""):
            wrong.append(f"the identity provider shows {seen.get('text', '')[:300]!r}")
        said = json.dumps(report)
        if case.code and not (status == 4 and f'"{case.code}"' in said and case.hint.format(url=self.trial.url) in said):
            wrong.append(f"exit {status}: {said}")
        return wrong

    def judged(self, status, report):
        case = self.case
        wrong = self.verdict(status, report, case.logout)
        if case.verdict in ("accepted", "denied"):
            subject = (report.get("identity") or {}).get("subject")
            if subject != self.idp.subject[self.protocol.name]:
                wrong.append(f"it names {subject}")
        if case.verdict == "refused" and not (report.get("hint") and case.hint in report["hint"]):
            wrong.append(f"the hint is {report.get('hint')}")
        logout = report.get("logout")
        if case.then and (logout or {}).get("code", "no answer") != case.logout:
            wrong.append(f"the logout: {logout}")
        trace = [line.get("result", "") for line in (report.get("decision") or {}).get("trace") or []]
        if case.tells and not any(case.tells in line for line in trace):
            wrong.append(f"the decision tells {trace}")
        return wrong

    def verdict(self, status, report, logout=None):
        wrong, expected = [], (self.case.verdict, self.case.code)
        if told(report) != expected:
            wrong.append(f"{told(report)} where {expected} is right: {report.get('message')}")
        if status != (0 if self.case.verdict == "accepted" and not logout else 1):
            wrong.append(f"exit {status}")
        return wrong

    def decoded(self, capture, found):
        """The same of what was captured, without the network."""
        if self.protocol.name == "saml":
            url = self.trial.url
            flags = ["--audience", url + "/metadata", "--acs", url + "/acs", "--decrypt-with", self.trial.key()]
        else:
            flags = ["--jwks", key_set(self.server, found)]
        return self.verdict(*self.trial.decode(self.name, capture, *flags))
