//! Which contact belongs to which company: formulas that can be asked from both sides, so that no table of links
//! has to be held. A few companies have very many contacts, most have some, some have none.

/// The most companies a generated contact belongs to.
pub(crate) const MEMBERSHIPS_MAX: u8 = 14;

/// The links between the contacts and companies a workspace began with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Membership {
    contacts: u128,
    companies: u128,
    stride: u32,
}

impl Membership {
    /// Links between this many contacts and companies.
    pub(crate) fn new(contacts: u32, companies: u32) -> Membership {
        let stride = [7919, 104_729, 1_299_709, 15_485_863]
            .into_iter()
            .find(|prime| !companies.is_multiple_of(*prime));
        Membership { contacts: contacts.into(), companies: companies.into(), stride: stride.unwrap_or(1) }
    }

    /// The companies of contact `index`, which has `count` of them, in the order they are listed.
    pub(crate) fn companies_of(&self, index: u32, count: u8) -> impl Iterator<Item = u32> {
        let membership = *self;
        let position = u128::from(index);
        (0..u32::from(count)).filter(move |&slot| membership.reaches(slot)).map(move |slot| {
            let first =
                membership.companies * position * position / (membership.contacts * membership.contacts);
            ((first + u128::from(slot) * u128::from(membership.stride)) % membership.companies) as u32
        })
    }

    /// Contacts that may belong to a company, with the slot in which they would hold it: they do if they have
    /// more companies than the slot's number.
    pub(crate) fn candidates(&self, company: u32) -> impl Iterator<Item = (u32, u8)> {
        let membership = *self;
        let known = u128::from(company) < self.companies;
        (0..MEMBERSHIPS_MAX).filter(move |&slot| known && membership.reaches(slot.into())).flat_map(
            move |slot| {
                let step = u128::from(slot) * u128::from(membership.stride) % membership.companies;
                let first = (u128::from(company) + membership.companies - step) % membership.companies;
                (membership.start(first)..membership.start(first + 1)).map(move |contact| (contact, slot))
            },
        )
    }

    /// A contact cannot belong to more companies than there are.
    fn reaches(&self, slot: u32) -> bool {
        u128::from(slot) < self.companies && self.contacts > 0
    }

    /// The first contact whose first company is `company` or a later one.
    fn start(&self, company: u128) -> u32 {
        let square = (company * self.contacts * self.contacts).div_ceil(self.companies);
        let root = square.isqrt();
        (root + u128::from(root * root < square)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_name_the_same_links() {
        for (contacts, companies) in
            [(10, 2), (1, 1), (100, 25), (1000, 250), (50, 200), (7919, 7919), (10, 0)]
        {
            let membership = Membership::new(contacts, companies);
            let count = |contact: u32| (contact % 15) as u8;
            let mut forward: Vec<(u32, u32)> = (0..contacts)
                .flat_map(|contact| {
                    membership.companies_of(contact, count(contact)).map(move |company| (contact, company))
                })
                .collect();
            let mut backward: Vec<(u32, u32)> = (0..companies)
                .flat_map(|company| {
                    membership
                        .candidates(company)
                        .filter(|&(contact, slot)| count(contact) > slot)
                        .map(move |(contact, _)| (contact, company))
                })
                .collect();
            forward.sort_unstable();
            backward.sort_unstable();
            assert_eq!(forward, backward, "{contacts} contacts, {companies} companies");
            forward.dedup();
            assert_eq!(forward.len(), backward.len(), "no contact has a company twice");
        }
    }
}
