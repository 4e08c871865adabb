//! What changes in a workspace while it is read. Each change is possible when its turn comes, because what vanishes is
//! drawn without putting back, and never somebody whom others are merged into.

use rand::RngExt;
use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;
use relatable_simulator::{Addition, AttributeType, Model, Mutation, Removal, Resource, Selection};
use serde_json::json;

/// The sizes of each workspace, which has more than two hundred records with all its labels, types and teammates.
/// Companies take a second page of a scroll.
pub(super) const CONTACTS: u32 = 40;
pub(super) const COMPANIES: u32 = 110;
pub(super) const CONVERSATIONS: u32 = 40;
/// From the eighth on there is a ticket with 500 parts, and from the twelfth one with more than the API shows.
pub(super) const TICKETS: [u32; 2] = [7, 14];

/// Records from the first on that others may be merged into.
const TARGETS: u32 = 3;
/// Tags, segments and teams that every workspace begins with, or fewer.
const TAGS: u32 = 20;
const SEGMENTS: u32 = 8;
const TEAMS: u32 = 3;

/// Collections beside contacts, companies and conversations whose records come, change and go.
const OTHERS: [Resource; 13] = [
    Resource::Tickets,
    Resource::Calls,
    Resource::Articles,
    Resource::Collections,
    Resource::InternalArticles,
    Resource::ContentSnippets,
    Resource::ExternalPages,
    Resource::NewsItems,
    Resource::Newsfeeds,
    Resource::Macros,
    Resource::CustomObjectInstances,
    Resource::DataConnectors,
    Resource::Audiences,
];

const MODELS: [Model; 3] = [Model::Contact, Model::Company, Model::Conversation];
const GROWING: [Resource; 3] = [Resource::Contacts, Resource::Companies, Resource::Conversations];
const TYPES: [AttributeType; 5] = [
    AttributeType::String,
    AttributeType::Integer,
    AttributeType::Float,
    AttributeType::Boolean,
    AttributeType::Date,
];
const ADDITIONS: [Addition; 5] =
    [Addition::Note, Addition::Event, Addition::Tag, Addition::Segment, Addition::Company];
const REMOVALS: [Removal; 4] = [Removal::Note, Removal::Tag, Removal::Segment, Removal::Company];

/// The changes of one schedule, one after the other.
pub(super) struct Changes {
    /// Those among [`OTHERS`] that are read.
    others: Vec<Resource>,
    /// Indexes of records that may vanish, by resource; those that vanished are taken out.
    mortal: Vec<(Resource, Vec<u32>)>,
    /// How many changes were drawn.
    drawn: u32,
}

impl Changes {
    /// Changes of a workspace of which these resources are read.
    pub(super) fn new(read: &[&str]) -> Changes {
        let mortal = [
            (Resource::Contacts, TARGETS..CONTACTS),
            (Resource::Companies, 0..COMPANIES),
            (Resource::Conversations, TARGETS..CONVERSATIONS),
            (Resource::Tags, 0..TAGS),
            (Resource::Segments, 0..SEGMENTS),
            (Resource::Teams, 0..TEAMS),
        ];
        Changes {
            others: OTHERS.into_iter().filter(|resource| read.contains(&resource.name())).collect(),
            mortal: mortal.map(|(resource, indexes)| (resource, indexes.collect())).into(),
            drawn: 0,
        }
    }

    /// The next change.
    pub(super) fn draw(&mut self, random: &mut ChaCha8Rng) -> Mutation {
        self.drawn += 1;
        let count = random.random_range(1..=3);
        let which = Selection::Random { count: random.random_range(1..=6), seed: random.random() };
        match random.random_range(0..20) {
            0 => Mutation::CreateContacts { count },
            1 | 2 => Mutation::UpdateContacts { which },
            3 => Mutation::AddToContacts { which, what: *ADDITIONS.choose(random).unwrap() },
            4 => Mutation::RemoveFromContacts { which, what: *REMOVALS.choose(random).unwrap() },
            5 => Mutation::CreateCompanies { count },
            6 => Mutation::UpdateCompanies { which },
            7 => Mutation::CreateConversations { count },
            8 | 9 => Mutation::ReplyToConversations { which, parts: count },
            10 => Mutation::RedactParts { which },
            11 => Mutation::RenameTag {
                tag: random.random_range(0..TAGS),
                name: format!("Renamed {}", self.drawn),
            },
            12 => self.deletion(Resource::Contacts, random),
            13 => self.deletion(Resource::Conversations, random),
            14 => {
                let resource = *[Resource::Companies, Resource::Tags, Resource::Segments, Resource::Teams]
                    .choose(random)
                    .unwrap();
                self.deletion(resource, random)
            }
            15 => {
                let sources = self.victims(Resource::Contacts, random);
                Mutation::MergeContacts { sources, into: random.random_range(0..TARGETS) }
            }
            16 => {
                let sources = self.victims(Resource::Conversations, random);
                Mutation::MergeConversations { sources, into: random.random_range(0..TARGETS) }
            }
            17 => self.drift(random),
            _ => self.other(random),
        }
    }

    /// An attribute or a field that was not there before.
    fn drift(&self, random: &mut ChaCha8Rng) -> Mutation {
        if random.random_bool(0.5) {
            let (model, data_type) = (*MODELS.choose(random).unwrap(), *TYPES.choose(random).unwrap());
            return Mutation::AddAttribute { model, name: format!("Late {}", self.drawn), data_type };
        }
        let value = [json!("new"), json!(7), json!(true)].choose(random).unwrap().clone();
        Mutation::AddField {
            resource: *GROWING.choose(random).unwrap(),
            name: format!("late_{}", self.drawn),
            value,
        }
    }

    /// A change of another collection.
    fn other(&self, random: &mut ChaCha8Rng) -> Mutation {
        let resource = *self.others.choose(random).unwrap();
        let which = Selection::Random { count: random.random_range(1..=2), seed: random.random() };
        match random.random_range(0..4) {
            0 => Mutation::Create { resource, count: 2 },
            1 | 2 => Mutation::Update { resource, which },
            _ => Mutation::Delete { resource, which },
        }
    }

    fn deletion(&mut self, resource: Resource, random: &mut ChaCha8Rng) -> Mutation {
        Mutation::Delete { resource, which: self.victims(resource, random) }
    }

    /// One to three of those that may vanish.
    fn victims(&mut self, resource: Resource, random: &mut ChaCha8Rng) -> Selection {
        let (_, left) = self.mortal.iter_mut().find(|(of, _)| *of == resource).unwrap();
        left.shuffle(random);
        let most = if left.len() > 20 { 3 } else { 1 };
        let kept = left.len() - random.random_range(1..=most).min(left.len());
        Selection::Indexes(left.split_off(kept))
    }
}
