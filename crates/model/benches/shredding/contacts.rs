//! Contacts as the API answers them: made up, in the proportions of a real workspace, the same at every run.

use super::conversations::Dice;

/// Contacts of `total_bytes` together, the last of which goes beyond that.
pub(crate) fn generate(total_bytes: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut dice = Dice(0x5EED_2027);
    let mut bytes = 0;
    (0..).map_while(move |number| {
        let document = (bytes < total_bytes).then(|| contact(&mut dice, number).into_bytes())?;
        bytes += document.len();
        Some(document)
    })
}

/// One contact.
fn contact(dice: &mut Dice, number: u64) -> String {
    let created = 1_600_000_000 + dice.below(150_000_000);
    let seen = if dice.chance(80) { (created + 86_400).to_string() } else { "null".to_owned() };
    format!(
        r#"{{"type":"contact","id":"{}","workspace_id":"ab12cd34","external_id":"u-{number}","role":"{}","email":"person.{number}@example.com","phone":null,"name":"Ann {number}","avatar":null,"owner_id":{},"has_hard_bounced":false,"marked_email_as_spam":false,"unsubscribed_from_emails":{},"created_at":{created},"updated_at":{},"signed_up_at":{created},"last_seen_at":{seen},"last_replied_at":null,"last_contacted_at":null,"last_email_opened_at":null,"last_email_clicked_at":null,"language_override":null,"browser":"chrome","browser_version":"77.0.3865.90","browser_language":"en","os":"OS X 10.14.6","location":{{"type":"location","country":"Ireland","region":"Dublin","city":"Dublin","country_code":"IRL","continent_code":"EU"}},"social_profiles":{{"type":"list","data":[]}},"custom_attributes":{{{}}},"tags":{{"type":"list","data":[{}],"url":"/contacts/1/tags","total_count":0,"has_more":false}},"notes":{{"type":"list","data":[],"url":"/contacts/1/notes","total_count":0,"has_more":false}},"companies":{{"type":"list","data":[{}],"url":"/contacts/1/companies","total_count":0,"has_more":false}},"utm_campaign":null,"utm_content":null,"utm_medium":null,"utm_source":null,"utm_term":null,"referrer":null,"sms_consent":false,"unsubscribed_from_sms":false}}"#,
        dice.id(),
        if dice.chance(70) { "user" } else { "lead" },
        1_000 + dice.below(400),
        dice.chance(10),
        created + 5_000,
        super::conversations::custom_attributes(dice),
        links(dice, "tag"),
        links(dice, "company"),
    )
}

/// Up to three links to records of this kind.
fn links(dice: &mut Dice, kind: &str) -> String {
    let links: Vec<String> = (0..dice.below(4))
        .map(|place| {
            let id = place * 1_000 + dice.below(1_000);
            format!(r#"{{"type":"{kind}","id":"{id}","url":"/{kind}/{id}"}}"#)
        })
        .collect();
    links.join(",")
}
