//! Ids: computed from an index and back, so that no table of ids has to be held.

use super::draw::Kind;

const FIRST_FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
const SECOND_FACTOR: u64 = 0xbf58_476d_1ce4_e5b9;

/// The inverse of an odd factor modulo 2^64, by Newton's iteration.
const fn inverse(factor: u64) -> u64 {
    let mut guess = factor;
    let mut round = 0;
    while round < 6 {
        guess = guess.wrapping_mul(2u64.wrapping_sub(factor.wrapping_mul(guess)));
        round += 1;
    }
    guess
}

/// Makes ids of one workspace.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identity {
    mask: u64,
    conversation_base: u64,
}

impl Identity {
    /// The ids of the workspace with this seed.
    pub(crate) fn new(seed: u64) -> Identity {
        let mask = seed.wrapping_add(1).wrapping_mul(SECOND_FACTOR);
        Identity { mask, conversation_base: 215_470_000_000_000 + mask % 1_000_000_000_000 }
    }

    /// 24 hex digits: the moment of creation, then the scrambled index.
    pub(crate) fn hex(&self, kind: Kind, created_at: i64, index: u32) -> String {
        let mut word = u64::from(index) | (kind as u64) << 48;
        word = word.wrapping_mul(FIRST_FACTOR);
        word ^= word >> 32;
        word = word.wrapping_mul(SECOND_FACTOR) ^ self.mask;
        format!("{:08x}{word:016x}", created_at as u32)
    }

    /// The index in 24 hex digits of this kind; the caller still has to compare the moment of creation.
    pub(crate) fn index_of_hex(&self, kind: Kind, id: &str) -> Option<u32> {
        if id.len() != 24 || !id.is_ascii() {
            return None;
        }
        let mut word = u64::from_str_radix(&id[8..], 16).ok()? ^ self.mask;
        word = word.wrapping_mul(const { inverse(SECOND_FACTOR) });
        word ^= word >> 32;
        word = word.wrapping_mul(const { inverse(FIRST_FACTOR) });
        (word >> 48 == kind as u64).then_some(())?;
        u32::try_from(word & 0xffff_ffff_ffff).ok()
    }

    /// 15 digits.
    pub(crate) fn conversation(&self, index: u32) -> String {
        (self.conversation_base + 13 * u64::from(index)).to_string()
    }

    /// The index in a conversation's id.
    pub(crate) fn index_of_conversation(&self, id: &str) -> Option<u32> {
        let distance = id.parse::<u64>().ok()?.checked_sub(self.conversation_base)?;
        (distance % 13 == 0).then_some(())?;
        u32::try_from(distance / 13).ok()
    }

    /// 17 digits, rising within a conversation.
    pub(crate) fn part(&self, conversation: u32, position: u32) -> String {
        (30_000_000_000_000_000 + u64::from(conversation) * 100_000 + u64::from(position)).to_string()
    }

    /// The id of a conversation's first message.
    pub(crate) fn source(&self, conversation: u32) -> String {
        (2_400_000_000 + 3 * u64::from(conversation)).to_string()
    }

    /// The id of the note at `position` of a contact (`Kind::ContactNote`) or a company (`Kind::CompanyNote`).
    pub(crate) fn note(&self, kind: Kind, owner: u32, position: u32) -> String {
        let side = u64::from(matches!(kind, Kind::CompanyNote));
        (2 * (u64::from(owner) * 10_000 + u64::from(position)) + 40_000_000 + side).to_string()
    }

    /// The contact and the position of the note on a contact with this id.
    pub(crate) fn note_place(&self, id: &str) -> Option<(u32, u32)> {
        let number = id.parse::<u64>().ok()?.checked_sub(40_000_000).filter(|number| number % 2 == 0)? / 2;
        Some((u32::try_from(number / 10_000).ok()?, u32::try_from(number % 10_000).ok()?))
    }

    /// The id of an admin; codes from `DELETED_ADMINS` on belong to teammates who are gone.
    pub(crate) fn admin(&self, code: u8) -> u64 {
        991_267_000 + self.mask % 1_000 * 1_000 + 7 * u64::from(code)
    }

    /// The id of a team.
    pub(crate) fn team(&self, code: u8) -> u64 {
        5_017_600 + 11 * u64::from(code)
    }

    /// The id of a tag.
    pub(crate) fn tag(&self, index: u32) -> u64 {
        8_800_100 + 3 * u64::from(index)
    }

    /// The id of a subscription type.
    pub(crate) fn subscription(&self, index: u32) -> u64 {
        135 + 2 * u64::from(index)
    }

    /// The workspace's own code.
    pub(crate) fn workspace(&self) -> String {
        format!("s{:07x}", self.mask >> 36)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_back_to_their_index() {
        for seed in [0, 1, 77, u64::MAX] {
            let identity = Identity::new(seed);
            for index in [0, 1, 2, 999, 1_000_000, u32::MAX] {
                let id = identity.hex(Kind::Contact, 1_700_000_000, index);
                assert_eq!(id.len(), 24);
                assert_eq!(identity.index_of_hex(Kind::Contact, &id), Some(index), "seed {seed}");
                assert_eq!(identity.index_of_hex(Kind::Company, &id), None, "seed {seed}");
                let id = identity.conversation(index);
                assert!(id.len() >= 14);
                assert_eq!(identity.index_of_conversation(&id), Some(index), "seed {seed}");
            }
        }
    }
}
