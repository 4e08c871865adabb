//! Which test holds which trap, and why some traps need none; and that this is so.

use std::collections::BTreeSet;
use std::process::Command;

/// A trap: its number, and the tests that hold it or the reason why there is none.
type Trap = (u32, Held);

/// How a trap is held.
enum Held {
    /// By these tests of this binary.
    By(&'static [&'static str]),
    /// Not at all, for this reason.
    NotReading(&'static str),
}

use Held::{By, NotReading};

/// Every trap by its number; losses of other readers that have no number come under 0.
const TRAPS: &[Trap] = &[
    (
        0,
        By(&[
            "traps::departures::a_merged_contact_does_not_stay_a_ghost",
            "traps::departures::a_conversation_deleted_behind_our_back_is_marked",
            "traps::departures::a_team_that_is_gone_leaves_no_link_where_its_list_is_gone_with_it",
            "traps::lists::a_membership_knows_its_parent",
            "traps::paging::the_same_page_for_ever_is_a_named_error",
            "traps::values::an_unknown_new_field_is_a_column",
            "traps::knowledge::ids_are_not_compared_as_text",
            "keys::keys_are_declared_and_hold_in_sqlite",
        ]),
    ),
    (1, By(&["traps::searching::trap_01_exact_second_cursor_against_day_granular_search"])),
    (2, By(&["traps::searching::trap_02_contacts_missing_around_midnight"])),
    (3, By(&["traps::searching::trap_03_a_change_in_the_second_of_the_cursor"])),
    (4, By(&["freshness::trap_04_records_not_yet_searchable_when_the_cursor_passes"])),
    (5, By(&["traps::searching::trap_05_conversations_that_nobody_replied_to"])),
    (6, By(&["traps::paging::trap_06_ten_contacts_per_page_by_default"])),
    (7, By(&["traps::paging::trap_07_pages_next_as_a_url"])),
    (8, By(&["traps::searching::trap_08_words_for_an_order"])),
    (9, By(&["traps::scrolling::trap_09_a_company_list_that_ends_at_ten_thousand"])),
    (10, By(&["traps::scrolling::trap_10_a_scroll_that_others_hold_or_that_fails"])),
    (11, By(&["traps::scrolling::trap_11_an_expired_scroll_taken_for_the_end"])),
    (12, By(&["traps::scrolling::trap_12_a_scroll_starved_by_other_requests"])),
    (13, By(&["traps::lists::trap_13_ten_element_caps_and_the_eleventh_tag"])),
    (14, By(&["traps::lists::trap_14_a_total_that_exceeds_the_list"])),
    (15, By(&["traps::lists::trap_15_teammates_that_are_called_admins"])),
    (16, By(&["traps::lists::trap_16_companies_of_a_contact_that_are_called_data"])),
    (17, By(&["traps::values::trap_17_assignees_that_are_numbers_and_nobody_as_zero"])),
    (18, By(&["traps::answers::trap_18_and_24_every_version_is_read_with_what_it_lacks"])),
    (19, By(&["traps::values::trap_19_an_attribute_that_was_not_there_before"])),
    (20, By(&["traps::values::trap_20_instants_of_every_kind"])),
    (21, By(&["traps::values::trap_21_numbers_that_no_double_holds"])),
    (22, By(&["traps::lists::trap_22_the_501st_part", "twice::a_cut_list_only_adds"])),
    (23, By(&["traps::departures::trap_23_a_conversation_that_is_gone_when_it_is_fetched"])),
    (24, By(&["traps::answers::trap_18_and_24_every_version_is_read_with_what_it_lacks"])),
    (25, By(&["traps::answers::trap_25_empty_answers"])),
    (26, By(&["traps::answers::trap_26_searches_that_time_out"])),
    (27, By(&["traps::values::trap_27_attributes_without_an_id"])),
    (28, By(&["traps::values::trap_28_a_tag_that_was_renamed"])),
    (29, By(&["permissions::trap_29_a_feed_that_may_not_be_read_costs_one_request_a_run_and_loses_nothing"])),
    (30, By(&["traps::knowledge::trap_30_articles_that_are_all_read_anew"])),
    (31, By(&["twice::trap_31_the_next_run_brings_just_what_changed_of_companies_too"])),
    (32, By(&["twice::trap_32_a_sweep_brings_segments_and_events_and_what_else_no_time_of_change_tells"])),
    (33, By(&["traps::answers::trap_33_windows_of_ten_seconds"])),
    (34, By(&["traps::tickets::trap_34_a_ticket_that_is_older_than_its_newest_part"])),
    (
        35,
        By(&[
            "exports::trap_35_messages_are_read_in_versions_that_misspell_their_jobs_and_no_further_back_than_asked",
        ]),
    ),
    (36, By(&["traps::values::trap_36_ids_of_another_workspace"])),
    (37, By(&["traps::answers::trap_37_a_get_with_side_effects"])),
    (38, By(&["traps::tickets::trap_38_a_ticket_has_a_number_that_is_not_its_id"])),
    (39, By(&["traps::tickets::trap_39_categories_have_other_words_in_searches"])),
    (40, By(&["traps::knowledge::trap_40_articles_that_are_an_object_in_searches"])),
    (41, NotReading("it is about webhooks, which are not received")),
    (42, By(&["traps::paging::trap_42_pages_that_drift_while_they_are_read"])),
    (43, NotReading("only REST bodies are read, so texts have one format")),
    (44, By(&["traps::searching::trap_44_one_huge_day_is_not_read_again"])),
    (45, By(&["traps::tickets::trap_45_a_ticket_search_that_fails"])),
    (46, By(&["traps::values::trap_46_conversations_without_source_or_statistics"])),
];

#[test]
fn every_trap_has_a_test_or_a_reason() {
    let listed = Command::new(std::env::current_exe().unwrap()).arg("--list").output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let tests: BTreeSet<&str> = listed.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    let numbers: Vec<u32> = TRAPS.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (0..=46).collect::<Vec<u32>>());
    for (number, held) in TRAPS {
        match held {
            By(holders) => {
                holders
                    .iter()
                    .for_each(|test| assert!(tests.contains(test), "trap {number}: there is no {test}"));
            }
            NotReading(reason) => assert!(!reason.is_empty(), "trap {number} is left out without a reason"),
        }
    }
}
