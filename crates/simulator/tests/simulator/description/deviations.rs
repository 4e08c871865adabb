//! Where live answers, and so the simulator, deviate from the official description (API notes, sections 8 and 18).

/// Deviations for one reason.
pub(crate) struct Deviation {
    /// What the notes say of it.
    pub(crate) reason: &'static str,
    /// The ends of the places and what differs there, as the comparison words it.
    pub(crate) places: &'static [&'static str],
}

/// All known deviations.
pub(crate) const DEVIATIONS: &[Deviation] = &[
    Deviation {
        reason: "Nullable, though the description does not say so (section 8).",
        places: &[
            "activity_description: null",
            "job_title: null",
            "ai_agent: null",
            "company: null",
            "sales_agent: null",
            "source: null",
            "assigned_to: null",
            "attachments[].height: null",
            "attachments[].width: null",
            "author.email: null",
            "email_message_metadata: null",
            "email_message_metadata.history: null",
            "event_details: null",
            "conversation_rating.rating: null",
            "conversation_rating.remark: null",
            "sla_applied.sla_status: null",
            "snoozed_until: null",
            "description: null",
            "email: null",
            "email_domain: null",
            "user_id: null",
        ],
    },
    Deviation {
        reason: "Every member of the statistics is to be taken as nullable (section 8.13).",
        places: &[
            "statistics.first_admin_reply_at: null",
            "statistics.first_assignment_at: null",
            "statistics.first_close_at: null",
            "statistics.first_contact_reply_at: null",
            "statistics.last_admin_reply_at: null",
            "statistics.last_assignment_admin_reply_at: null",
            "statistics.last_assignment_at: null",
            "statistics.last_close_at: null",
            "statistics.last_closed_by_id: null",
            "statistics.last_contact_reply_at: null",
            "statistics.median_time_to_reply: null",
            "statistics.time_to_admin_reply: null",
            "statistics.time_to_assignment: null",
            "statistics.time_to_first_close: null",
            "statistics.time_to_last_close: null",
        ],
    },
    Deviation {
        reason: "`next` is a URL, not an object (sections 4 and 18).",
        places: &["pages.next: not of type \"object\""],
    },
    Deviation {
        reason: "Live answers to `/contacts/{id}/companies` have `data`, not `companies` (section 18).",
        places: &["/contacts/{contact_id}/companies data: not in the description"],
    },
    Deviation {
        reason: "Live conversations list teammates under `admins` (section 18).",
        places: &["teammates.admins: not in the description"],
    },
    Deviation {
        reason: "Numbers where the description has texts, and the other way round (section 18).",
        places: &[
            "statistics.last_closed_by_id: not of type \"string\"",
            "metadata.auto_changed: not of type \"string\"",
        ],
    },
    Deviation {
        reason: "A float behind a field described as an integer (section 8.6).",
        places: &["monthly_spend: not of type \"integer\""],
    },
    Deviation {
        reason: "Free-form metadata: texts in one entry and objects in another, undescribed members (section 8.2).",
        places: &[
            "metadata.after: not of type \"object\"",
            "metadata.before: not of type \"object\"",
            "metadata.message: not in the description",
        ],
    },
    Deviation {
        reason: "Members of contacts that live answers have (sections 8.7 and 18).",
        places: &[
            "enabled_push_messaging: not in the description",
            "formatted_phone: not in the description",
            "location.continent_code: not in the description",
            "location.country_code: not in the description",
            "opted_in_subscription_types: not in the description",
            "opted_out_subscription_types: not in the description",
            "referrer: not in the description",
            "sms_consent: not in the description",
            "unsubscribed_from_sms: not in the description",
            "utm_campaign: not in the description",
            "utm_content: not in the description",
            "utm_medium: not in the description",
            "utm_source: not in the description",
            "utm_term: not in the description",
            "social_profiles.type: not in the description",
            "tags.type: not in the description",
            "notes.type: not in the description",
            "companies.type: not in the description",
        ],
    },
    Deviation {
        reason: "Members of conversations that live answers have (section 18).",
        places: &["topics: not in the description", "ticket: not in the description"],
    },
    Deviation {
        reason: "Authors of first messages are those of parts (section 8.14).",
        places: &[
            "source.author.from_ai_agent: not in the description",
            "source.author.is_ai_answer: not in the description",
        ],
    },
    Deviation {
        reason: "Details of part types that only Preview describes (section 8.14).",
        places: &[
            "event_details.current_priority: not in the description",
            "event_details.previous_priority: not in the description",
            "event_details.sla_name: not in the description",
            "event_details.sla_definition: not in the description",
            "event_details.sla_target_type: not in the description",
            "event_details.current_sla_status: not in the description",
            "event_details.sla_states: not in the description",
            "event_details.tags_added: not in the description",
            "event_details.tags_removed: not in the description",
        ],
    },
    Deviation {
        reason: "Undescribed flag of ticket types, and `app` of the token's owner (section 18).",
        places: &["is_internal: not in the description", "app.secure: not in the description"],
    },
    Deviation {
        reason: "The recorded answers have the attributes of a ticket type under `data` (section 8.15).",
        places: &["ticket_type_attributes.data: not in the description"],
    },
    Deviation {
        reason: "The description has the events' summary here; the list is that of section 8.12, paged as in section 4.",
        places: &[
            "GET /events type: the word \"event.list\"",
            "GET /events pages: not in the description",
            "GET /events events[].created_at: not in the description",
            "GET /events events[].email: not in the description",
            "GET /events events[].event_name: not in the description",
            "GET /events events[].id: not in the description",
            "GET /events events[].intercom_user_id: not in the description",
            "GET /events events[].metadata: not in the description",
            "GET /events events[].type: not in the description",
            "GET /events events[].user_id: not in the description",
        ],
    },
];
