//! `ssoctl provider list` and `show`: the vendors that come with the program, and one of the user's own.

use crate::harness::Desk;

const OWN: &str = "version: 1
id: acme
title: Acme
prerequisites:
- an administrator of the tenant
capabilities:
  saml: yes
  just_in_time: \"no: users are imported\"
set_up:
  by: vendor
  place: support@acme.example
  takes: two days
page:
- title: Tenant
  fields:
  - path: settings.tenant
    label: Tenant
    characters: a-z0-9
    max_length: 20
    required: true
- title: Single sign-on
  note: entered by the support desk
  fields:
  - path: saml.idp.entity_id
    label: Issuer
    required: true
  - path: attributes.email
    label: E-mail
    recommended: true
saml:
  request_bindings: [HTTP-POST]
  always_signed: [HTTP-POST]
  sp:
    source: published
    forms:
    - label: tenant
      entity_id: https://{tenant}.acme.example
      acs: https://{tenant}.acme.example/acs
username:
  form: '{value}'
  shape: email
";

fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::create_dir(desk.root().join("providers")).unwrap();
    desk.write("providers/acme.yaml", OWN);
    desk
}

#[test]
fn the_list_is_a_matrix() {
    insta::assert_snapshot!(desk().ssoctl(&["provider", "list"]).exits(0).stdout, @r"
        PROVIDER   NAME            SET UP BY   FROM
        acme       Acme            the vendor  providers/acme.yaml
        ino-cx     INO cx          yourself    built in
        qualifio   Qualifio        the vendor  built in
        qualtrics  Qualtrics       yourself    built in
        qualys     Qualys          the vendor  built in
        qvidian    Upland Qvidian  yourself    built in
        scim       SCIM 2.0        yourself    built in

        CAN                   ACME  INO-CX  QUALIFIO  QUALTRICS  QUALYS  QVIDIAN  SCIM
        saml                  yes   yes     yes       yes        yes     yes      yes
        oauth                 ?     no      yes       yes        no      no       yes
        google                ?     no      yes       yes        no      no       ?
        entra                 ?     no      yes       no         no      no       ?
        sp_initiated          ?     yes     ?         yes        yes     ?        ?
        idp_initiated         ?     ?       ?         yes        yes     ?        ?
        sp_metadata           ?     ?       ?         yes        no      ?        ?
        several_certificates  ?     no      ?         yes        ?       ?        ?
        single_logout         ?     ?       ?         ?          ?       yes      ?
        name_id               ?     yes     ?         no         ?       ?        ?
        just_in_time          no    no      no        yes        no      yes      ?
        role_mapping          ?     ?       ?         yes        no      yes      ?
        domain_routing        ?     no      yes       no         no      ?        ?
        sso_only              ?     ?       yes       yes        no      ?        ?
        list_users            ?     ?       ?         yes        yes     no       yes
        rename_users          ?     ?       ?         yes        no      no       ?
        scim                  ?     ?       ?         ?          ?       ?        yes

        ?  unknown, ask the vendor
        ");
}

#[test]
fn a_built_in_profile_is_shown_whole() {
    insta::assert_snapshot!(Desk::bare().ssoctl(&["provider", "show", "qualys"]).exits(0).stdout, @r"
        Qualys (qualys)

        you need
          the New Data Security Model, enabled for the subscription
          a ticket at Qualys Support to activate SAML 2.0 for the subscription; it takes about one week
          a Manager who enables SAML for each user; at least one Manager stays off SAML, so that nobody is locked out
          for the API a Qualys account of its own with a password, since single sign-on cannot be used there

        set-up
          by     the vendor, on request
          where  the ticket at Qualys Support (www.qualys.com/support)
          takes  about one week

        capabilities
          SAML 2.0 login                              yes
          OAuth 2.0 or OpenID Connect login           no: Qualys supports SAML 2.0 only
          login with Google                           no: Google can be the SAML 2.0 identity provider
          login with Microsoft Entra ID               no: Entra can be the SAML 2.0 identity provider
          logins that begin at the vendor             yes
          logins that begin at the identity provider  yes
          SP metadata for download                    no: the values are entered by hand at both ends
          several signing certificates at a time      unknown, ask the vendor: can Qualys Operations hold two certificates during a rollover, or is it a cut-over?
          single logout                               unknown, ask the vendor: does logging out, which leads to the exit URL, end the session at the identity provider too?
          matching users by NameID                    unknown, ask the vendor: is the NameID looked at, or the attribute alone?
          just-in-time provisioning                   no: users must have accounts in the subscription first
          roles by groups or attributes               no: roles are set when the account is made; `users provision` derives them from groups by a mapping of yours
          routing by e-mail domain                    no: each subscription has a login URL of its own
          logins by single sign-on alone              no: SAML is switched on for each user, and at least one Manager stays off it
          reading the user list by API                yes
          changing usernames by API                   no: logins are made by Qualys; set the External ID in their place
          SCIM 2.0                                    unknown, ask the vendor: is there a SCIM service for this subscription?

        SAML 2.0 service provider
          entity ID and ACS  published by the vendor
          shared platform    entity ID QualysGuard_SharedPlatform-SAML20-SP
                             ACS       https://{platform.ui_host}/IdM/saml2/
          US1                ACS       https://qualysguard.qualys.com/IdM/saml2/
          US2                ACS       https://qualysguard.qg2.apps.qualys.com/IdM/saml2/
          US3                ACS       https://qualysguard.qg3.apps.qualys.com/IdM/saml2/
          US4 *              ACS       https://qualysguard.qg4.apps.qualys.com/IdM/saml2/
          GOV1 *             ACS       https://qualysguard.gov1.qualys.us/IdM/saml2/
          EU1                ACS       https://qualysguard.qualys.eu/IdM/saml2/
          EU2                ACS       https://qualysguard.qg2.apps.qualys.eu/IdM/saml2/
          EU3 *              ACS       https://qualysguard.qg3.apps.qualys.it/IdM/saml2/
          IN1                ACS       https://qualysguard.qg1.apps.qualys.in/IdM/saml2/
          CA1 *              ACS       https://qualysguard.qg1.apps.qualys.ca/IdM/saml2/
          AE1 *              ACS       https://qualysguard.qg1.apps.qualys.ae/IdM/saml2/
          UK1 *              ACS       https://qualysguard.qg1.apps.qualys.co.uk/IdM/saml2/
          AU1 *              ACS       https://qualysguard.qg1.apps.qualys.com.au/IdM/saml2/
          KSA1 *             ACS       https://qualysguard.qg1.apps.qualysksa.com/IdM/saml2/
          *                  compare it with what the vendor says: the ACS is published for US1, US2, US3, EU1, EU2 and IN1; for this platform it only follows their form
          mistake            QualysGuard_SharedPlatformSAML20SP
                               means QualysGuard_SharedPlatform-SAML20-SP: Qualys' own page prints it so, and guides of its customers with hyphens: confirm with Qualys Support which one your subscription has
          requests by        HTTP-Redirect
          RelayState         idm_key={idm_key}, where a login begins at the identity provider

        users
          login URL  https://{platform.ui_host}/fo/login.php?idm_key={idm_key}
                     Qualys gives it when the trust is set up
          user API   ssoctl speaks it: opened by login and password of `directory:`, writes external_id

        what the vendor's page asks for (key of the file, and what may stand there)

          Tenant
            Platform
                settings.platform: optional; the one of your login page, www.qualys.com/platform-identification; one of US1, US2, US3, US4, GOV1, EU1, EU2, EU3, IN1, CA1, AE1, UK1, AU1, KSA1, or another; the vendor does not ask for it
            idm_key of the subscription's login URL
                settings.idm_key: optional; letters, digits and `_`; Qualys gives it at the end, one for each subscription; characters A-Za-z0-9_; the vendor does not ask for it
            username of the Manager who stays off SAML
                settings.manager_off_saml: recommended; a Qualys username, such as `abcd_gh`; without one such Manager a fault of the identity provider locks everybody out; characters a-z0-9_-; the vendor does not ask for it
            Whom Qualys Support answers
                technical_contact: recommended; an e-mail address; the vendor does not ask for it

          Appendix 1: Customer On Boarding Questionnaire
            EntityID string from your IdP (SAML Identity Provider)
                saml.idp.entity_id: required
            Public key certificate for the IdP
                @idp.certificates: required
            Your organization's SAML IdP SSO URL (SP initiated authentication requests)
                @idp.sso_url: required
            Subscription (Qualys Manager Primary Contact username for the subscription)
                settings.primary_contact: required; a Qualys username, such as `abcd_ef`; characters a-z0-9_-
            Custom exit URL for a subscription (Optional)
                login.exit_url: optional; where the browser goes when logging out from Qualys, such as your corporate web site; an https URL

          User Provisioning
            How users are found
                login.match_by: optional; by the Qualys login, or by the External ID of the account; one of login (the Qualys login is in your user store), external_id (the account's External ID holds your own key); default login; the vendor does not ask for it
            Qualys user login name
                attributes.login: optional; the vendor does not ask for it
            External ID
                attributes.external_id: optional; the attribute that carries it is `qualysguard_external_id` (NameFormat basic); at most 256 characters; the vendor does not ask for it

        sources
          Qualys documentation: SAML 2.0 Single Sign-On (SSO)
          https://www.qualys.com/platform-identification/
          https://bayfury.com/okta-single-sign-on-documentation-8326
          https://www.proofid.com/blog/configuring-qualys-with-pingfederate
          https://docs.qualys.com/en/vm/api/users/users/list_users.htm
          https://docs.qualys.com/en/vm/api/users/users/edit_user.htm
        ");
}

#[test]
fn a_profile_of_ones_own_is_shown_with_its_file() {
    let desk = desk();
    insta::assert_snapshot!(desk.ssoctl(&["provider", "show", "acme"]).exits(0).stdout, @r"
        Acme (acme), your own profile providers/acme.yaml

        you need
          an administrator of the tenant

        set-up
          by     the vendor, on request
          where  support@acme.example
          takes  two days

        capabilities
          SAML 2.0 login                              yes
          OAuth 2.0 or OpenID Connect login           unknown, ask the vendor: does it offer OAuth 2.0 or OpenID Connect login?
          login with Google                           unknown, ask the vendor: does it offer login with Google?
          login with Microsoft Entra ID               unknown, ask the vendor: does it offer login with Microsoft Entra ID?
          logins that begin at the vendor             unknown, ask the vendor: does it offer logins that begin at the vendor?
          logins that begin at the identity provider  unknown, ask the vendor: does it offer logins that begin at the identity provider?
          SP metadata for download                    unknown, ask the vendor: does it offer SP metadata for download?
          several signing certificates at a time      unknown, ask the vendor: does it offer several signing certificates at a time?
          single logout                               unknown, ask the vendor: does it offer single logout?
          matching users by NameID                    unknown, ask the vendor: does it offer matching users by NameID?
          just-in-time provisioning                   no: users are imported
          roles by groups or attributes               unknown, ask the vendor: does it offer roles by groups or attributes?
          routing by e-mail domain                    unknown, ask the vendor: does it offer routing by e-mail domain?
          logins by single sign-on alone              unknown, ask the vendor: does it offer logins by single sign-on alone?
          reading the user list by API                unknown, ask the vendor: does it offer reading the user list by API?
          changing usernames by API                   unknown, ask the vendor: does it offer changing usernames by API?
          SCIM 2.0                                    unknown, ask the vendor: does it offer SCIM 2.0?

        SAML 2.0 service provider
          entity ID and ACS  published by the vendor
          tenant             entity ID https://{tenant}.acme.example
                             ACS       https://{tenant}.acme.example/acs
          requests by        HTTP-POST
          always signed      HTTP-POST

        users
          username    {value}
          looks like  an e-mail address
          login URL   unknown, ask the vendor: at which URL do our users log in?

        what the vendor's page asks for (key of the file, and what may stand there)

          Tenant
            Tenant
                settings.tenant: required; characters a-z0-9; at most 20 characters

          Single sign-on
            entered by the support desk
            Issuer
                saml.idp.entity_id: required
            E-mail
                attributes.email: recommended
        ");
    let json = desk.ssoctl(&["provider", "show", "acme", "--format", "json"]).exits(0).json();
    assert_eq!(json["file"], "providers/acme.yaml");
    assert_eq!(json["saml"]["sp"]["source"], "published");
    assert_eq!(json["page"][0]["fields"][0]["path"], "settings.tenant");
    let capability =
        |key: &str| json["capabilities"].as_array().unwrap().iter().find(|one| one["key"] == key).unwrap().clone();
    assert_eq!(capability("just_in_time")["support"], "no");
    assert_eq!(capability("scim")["support"], "unknown");
    assert_eq!(desk.ssoctl(&["provider", "show", "acme", "--yaml"]).exits(0).stdout, OWN);
}

#[test]
fn every_built_in_profile_begins_one_of_ones_own() {
    let desk = Desk::new();
    std::fs::create_dir(desk.root().join("providers")).unwrap();
    for id in ["ino-cx", "qualifio", "qualtrics", "qualys", "qvidian", "scim"] {
        let text = desk.ssoctl(&["provider", "show", id, "--yaml"]).exits(0).stdout;
        desk.write("providers/mine.yaml", text.replace(&format!("\nid: {id}\n"), "\nid: mine\n"));
        desk.ssoctl(&["provider", "show", "mine"]).exits(0).shows("your own profile providers/mine.yaml");
    }
    desk.write("providers/mine.yaml", "version: 1\nid: mine\ntitle: ''\n");
    desk.ssoctl(&["provider", "list"]).exits(3).tells("`ssoctl provider show qualtrics --yaml` prints a profile");
}

#[test]
fn a_faulty_profile_is_told_and_is_in_the_way_of_no_other_vendor() {
    let desk = desk();
    desk.write("providers/odd.yaml", b"version: 1\nid: odd\ntitle: \xff\n");
    // As the shell leaves it before `provider show .. --yaml > providers/mine.yaml` begins.
    desk.write("providers/mine.yaml", "");
    desk.ssoctl(&["provider", "show", "qualtrics", "--yaml"]).exits(0).shows("id: qualtrics");
    desk.ssoctl(&["provider", "show", "acme"]).exits(0);
    desk.ssoctl(&["provider", "show", "odd"]).exits(3).tells("`providers/odd.yaml` is not UTF-8");
    desk.ssoctl(&["provider", "show", "mine"]).exits(3).tells("providers/mine.yaml");
    let list = desk.ssoctl(&["provider", "list"]).exits(3);
    list.shows("acme").tells("providers/odd.yaml").tells("providers/mine.yaml");
    let json = desk.ssoctl(&["provider", "list", "--format", "json"]).exits(3).json();
    assert_eq!(json["unreadable"].as_array().unwrap().len(), 2);
    desk.connect("q", &crate::made::Idp::new().xml(), &[]);
    desk.ssoctl(&["connection", "show", "q"]).exits(0);
    desk.ssoctl(&["check"]).exits(3).shows("providers/odd.yaml").shows("providers/mine.yaml");
}
