//! Where the Users API is, and which data centre a URL or a notice names. The token
//! goes to what is chosen here and nowhere else.

use url::Url;

use crate::error::Failure;
use crate::error::Result;
use crate::http::shortened;
use crate::provider::api_url;
use crate::provider::api_url::Example;

const EXAMPLE: Example = Example { url: "https://fra1.qualtrics.com/API/v3", setting: "data_center" };

/// `api_url` where that is given, else what follows from the data centre.
pub(super) fn choose(api_url: Option<&str>, data_center: Option<&str>) -> Result<Url> {
    if let Some(data_center) = data_center {
        check_data_center(data_center).map_err(|reason| {
            Failure::input("setting-invalid", format!("data_center `{}`: {reason}", shortened(data_center, 60)))
                .hint("see Account Settings > Qualtrics IDs > User > Datacenter ID")
        })?;
    }
    match (api_url, data_center) {
        (Some(url), _) => api_url::given(url, EXAMPLE),
        (None, Some(data_center)) => api_url::parsed(&format!("https://{data_center}.qualtrics.com/API/v3"), EXAMPLE),
        (None, None) => Err(Failure::input(
            "setting-missing",
            "the Users API is reached by the data centre, which is not set",
        )
        .hint("add `data_center: ..` under `settings:`; see Account Settings > Qualtrics IDs > User > Datacenter ID")
        .into()),
    }
}

/// The data centre in `https://{data centre}.qualtrics.com`.
pub(super) fn data_center_of(url: &Url) -> Option<String> {
    let label = url.host_str()?.strip_suffix(".qualtrics.com")?;
    check_data_center(label).is_ok().then(|| label.to_owned())
}

/// The data centre that a notice names, "use this host instead: fra1.qualtrics.com".
pub(super) fn data_center_in(notice: &str) -> Option<String> {
    let lower = notice.to_ascii_lowercase();
    let before = &lower[..lower.rfind(".qualtrics.com")?];
    let start = before.rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    let label = before.get(start..)?;
    check_data_center(label).is_ok().then(|| label.to_owned())
}

/// Refuses a label that can be no data centre's. The complete list is not published, so the form
/// is checked and never the value.
pub(super) fn check_data_center(value: &str) -> std::result::Result<(), String> {
    if value.is_empty() || value.len() > 20 || !value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
        return Err("a data centre has lower-case letters and digits only, such as `iad1`".to_owned());
    }
    Ok(())
}
