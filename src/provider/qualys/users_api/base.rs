//! Where the user API is: by the platform where Qualys' API server is known for it, else where
//! `api_url` says. A host that only follows from the form of others is never sent a password.

use url::Url;

use crate::error::Failure;
use crate::error::Result;
use crate::provider::api_url;
use crate::provider::api_url::Example;
use crate::provider::profile::SettingLookup;

const EXAMPLE: Example = Example { url: "https://qualysapi.qg2.apps.qualys.com", setting: "platform" };

/// Where Qualys shows the API server of each platform (vendors.md 2.2).
const SHOWN_AT: &str = "www.qualys.com/platform-identification";

/// `api_url` where that is given, else the API server of the platform.
pub(super) fn choose(api_url: Option<&str>, setting: &SettingLookup<'_>) -> Result<Url> {
    if let Some(url) = api_url {
        return api_url::given(url, EXAMPLE);
    }
    if let Some(host) = setting("platform.api_host") {
        return api_url::parsed(&format!("https://{host}"), EXAMPLE);
    }
    let Some(platform) = setting("platform") else {
        return Err(Failure::input("setting-missing", "the user API is reached by the platform, which is not set")
            .hint(format!(
                "`ssoctl connection set NAME settings.platform=US1`, or another; {SHOWN_AT} tells it by your login page"
            ))
            .into());
    };
    // vendors.md 2.2: inferred from the three that are published.
    let likely = setting("platform.ui_host")
        .and_then(|host| host.strip_prefix("qualysguard.").map(|rest| format!("https://qualysapi.{rest}")));
    let failure = Failure::input(
        "api-server-unknown",
        format!("the API server of platform {platform} is not among those that ssoctl knows for certain"),
    );
    let mend = "ssoctl connection set NAME directory.api_url";
    Err(match likely {
        Some(url) => failure.hint(format!(
            "{SHOWN_AT} shows it; if it is {url}, which only follows the form of the others: `{mend}={url}`"
        )),
        None => failure.hint(format!("{SHOWN_AT} shows it: `{mend}=https://..`")),
    }
    .into())
}
