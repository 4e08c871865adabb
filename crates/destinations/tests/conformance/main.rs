//! One suite for every destination: what the contract promises, checked through a plain client of the database.

mod append;
mod bench;
mod child;
mod client;
#[cfg(feature = "postgres")]
mod cuts;
mod deletion;
mod distinct;
mod drift;
mod enforced;
mod erasing;
mod failures;
mod guards;
mod history;
mod holding;
mod issues;
mod mirror;
#[cfg(feature = "mysql")]
mod mysql_client;
#[cfg(feature = "mysql")]
mod mysql_pending;
#[cfg(feature = "mysql")]
mod mysql_server;
#[cfg(feature = "mysql")]
mod mysql_tls;
mod naming;
mod parents;
mod proving;
#[cfg(feature = "postgres")]
mod proxy;
mod reading;
mod rows;
mod scopes;
#[cfg(feature = "postgres")]
mod server;
#[cfg(feature = "postgres")]
mod slow;
mod speed;
mod stubs;
mod tables;
#[cfg(feature = "postgres")]
mod tls;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod trust;
mod values;
mod wide;

/// Runs every case against every destination compiled in; those behind the semicolon against databases in files alone.
macro_rules! conformance {
    ($($module:ident::$case:ident),* $(,)?; $($file_module:ident::$file_case:ident),* $(,)?) => {
        #[cfg(feature = "sqlite")]
        mod sqlite {
            $(#[test] fn $case() { crate::$module::$case(crate::client::Engine::Sqlite); })*
            $(#[test] fn $file_case() { crate::$file_module::$file_case(crate::client::Engine::Sqlite); })*
        }
        #[cfg(feature = "duckdb")]
        mod duckdb {
            $(#[test] fn $case() { crate::$module::$case(crate::client::Engine::DuckDb); })*
            $(#[test] fn $file_case() { crate::$file_module::$file_case(crate::client::Engine::DuckDb); })*
        }
        #[cfg(feature = "mysql")]
        mod mysql {
            $(#[test] fn $case() { crate::$module::$case(crate::client::Engine::MySql); })*
        }
        #[cfg(feature = "postgres")]
        mod postgres {
            $(#[test] fn $case() { crate::$module::$case(crate::client::Engine::Postgres); })*
        }
    };
}

conformance![
    tables::nothing_is_created_before_claim,
    tables::tables_are_created_and_evolve,
    tables::every_column_is_remembered_as_declared,
    tables::what_is_added_is_recorded_with_its_first_record,
    tables::keys_and_links_are_listed,
    tables::views_list_columns_and_follow_new_ones,
    tables::a_view_no_longer_asked_for_goes,
    tables::descriptions_are_kept_where_the_database_has_room,
    rows::rows_are_inserted_then_updated_by_key,
    rows::a_column_may_be_called_as_databases_call_the_place_of_a_row,
    rows::the_same_load_twice_changes_nothing,
    rows::a_row_that_differs_only_in_synced_at_is_left_alone,
    rows::columns_a_change_lacks_are_left_alone,
    rows::a_batch_that_lacks_a_column_of_its_change_has_null_there,
    rows::a_key_repeated_in_a_change_is_refused,
    rows::a_key_repeated_in_the_table_is_found,
    rows::several_changes_of_one_table_apply_in_order,
    rows::versions_of_many_keys,
    scopes::a_replaced_scope_loses_what_is_not_listed,
    scopes::an_empty_scope_is_emptied,
    scopes::a_cut_list_only_adds,
    scopes::a_scope_of_two_levels_spares_its_siblings,
    scopes::a_scope_is_replaced_in_the_load_that_changed_its_rows,
    scopes::children_go_with_the_rows_they_were_split_from,
    scopes::a_row_that_moved_to_another_parent_is_kept,
    deletion::deleted_rows_are_marked_once,
    deletion::a_row_seen_again_lives_again,
    deletion::live_rows_are_named_in_the_order_of_their_bytes,
    deletion::a_row_is_known_up_to_its_deletion,
    reading::records_come_back_in_groups_with_all_that_was_split_from_them,
    reading::every_type_comes_back_as_it_was_given,
    reading::who_reads_for_long_sees_the_columns_and_tables_that_others_load,
    reading::tables_come_back_as_they_were_declared,
    reading::a_reader_that_has_enough_ends_the_reading,
    proving::live_rows_are_counted_and_listed_within_bounds,
    proving::references_that_lead_to_no_row_are_found,
    proving::lists_of_another_length_than_stated_are_found,
    proving::just_the_records_asked_for_are_read,
    parents::orphans_are_left_out_and_recorded,
    parents::links_are_enforced_or_hold,
    issues::the_same_issue_is_stored_once,
    issues::issues_that_show_in_a_load_are_stored_with_it,
    distinct::distinct_rows_are_appended_to_an_empty_table_and_merged_into_another,
    distinct::a_key_that_comes_twice_in_distinct_changes_is_refused,
    issues::loads_are_recorded,
    erasing::what_is_erased_is_in_no_row_and_no_file_and_nothing_else_goes,
    erasing::only_who_holds_the_destination_erases,
    erasing::a_destination_of_the_first_format_is_brought_up_to_date_by_a_claim,
    erasing::a_destination_of_the_second_format_is_brought_up_to_date_by_a_claim,
    history::a_version_opens_where_something_changed_and_nowhere_else,
    history::a_replay_opens_no_version,
    history::what_is_ignored_changes_the_current_version,
    history::of_several_changes_in_a_load_one_version_comes,
    history::what_a_change_lacks_is_taken_from_the_version_before,
    history::a_part_that_changes_is_one_new_row_of_five_hundred,
    history::what_a_replaced_list_lacks_is_closed_with_all_below_it,
    history::a_deletion_closes_and_a_revival_opens,
    history::one_current_row_per_key_is_guaranteed,
    history::distinct_rows_into_empty_tables_are_versions,
    history::versions_follow_each_other_whatever_the_clock_does,
    history::a_column_that_comes_later_makes_versions_where_it_has_a_value,
    history::records_are_read_as_they_are_now,
    history::views_show_what_is_current,
    history::another_mode_than_the_tables_have_is_refused,
    append::each_version_seen_is_appended_and_nothing_changes,
    append::a_deletion_is_appended_and_a_revival_too,
    append::what_a_list_no_longer_has_stays,
    mirror::what_is_gone_is_deleted_with_all_that_was_split_from_it,
    mirror::a_hard_deletion_yields_only_to_a_later_answer,
    mirror::who_is_forgotten_is_not_noted_as_gone,
    enforced::what_is_missing_has_a_stub_until_it_comes,
    enforced::distinct_rows_that_refer_to_each_other_are_loaded,
    enforced::the_database_refuses_what_refers_to_nothing,
    enforced::what_comes_later_is_referred_to_as_well,
    enforced::a_load_that_fails_leaves_no_reference,
    enforced::tables_that_refer_to_each_other_are_made_anew_together,
    enforced::what_somebody_dropped_is_mended_with_its_foreign_keys,
    enforced::a_destination_without_settings_is_brought_up_to_date_by_a_claim,
    enforced::no_reference_of_or_to_several_rows_of_a_record_is_enforced,
    stubs::stubs_are_counted_nowhere,
    stubs::a_deleted_row_that_others_refer_to_leaves_a_stub,
    stubs::no_stub_stands_for_who_is_forgotten,
    wide::a_document_with_two_thousand_attributes_is_stored_and_comes_back,
    wide::every_row_fits_into_a_table_that_is_full,
    wide::a_table_is_filled_up_to_its_limit_and_grows_past_it_in_a_later_load,
    wide::what_has_no_column_of_its_own_is_remembered_and_told_once_per_table,
    values::every_type_reads_back_exactly,
    values::text_stays_text,
    values::a_text_of_more_than_sixteen_megabytes_is_stored_comes_back_and_is_found_by_what_is_in_it,
    values::queries_answer_text,
    naming::any_name_is_one_name,
    guards::a_foreign_table_is_refused_before_anything_is_written,
    guards::a_foreign_view_is_refused,
    guards::what_stands_against_tables_is_found_without_writing,
    guards::a_check_finds_nothing_against_a_fresh_place_or_our_own_tables,
    guards::a_table_of_another_resource_is_refused,
    guards::names_that_are_reserved_are_refused,
    guards::a_foreign_column_is_refused,
    guards::another_type_or_key_is_refused,
    guards::rows_that_do_not_fit_are_refused,
    guards::another_workspace_is_refused,
    guards::a_newer_format_is_refused,
    guards::a_later_claim_fences_this_one,
    guards::loading_needs_a_claim,
    guards::another_journal_keeps_the_position_until_the_first_load,
    guards::a_query_cannot_write,
    drift::a_column_that_a_user_added_stays_with_what_is_in_it,
    drift::what_somebody_took_away_or_retyped_is_found_and_mended_by_the_statement_named,
    drift::a_users_column_that_must_not_be_empty_is_found_and_mended_by_the_statement_named,
    drift::a_view_of_ours_that_another_needs_is_not_dropped,
    holding::a_second_run_is_told_at_once_who_is_there,
    holding::who_was_killed_is_not_there_any_more,
    failures::an_error_of_the_producer_leaves_nothing,
    failures::a_handle_dropped_in_a_load_leaves_nothing,
    failures::a_process_killed_in_a_load_leaves_nothing,
    failures::a_lock_is_waited_for_and_then_named,
    failures::readers_get_in_between_loads,
    speed::a_hundred_thousand_rows_load_in_seconds;
    failures::a_full_disk_is_named_and_harms_nothing,
    failures::a_read_only_place_is_named,
    failures::what_is_no_database_is_named_and_left,
];
