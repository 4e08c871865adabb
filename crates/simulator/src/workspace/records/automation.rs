//! Macros, data connectors and their executions: instants are ISO text here (API notes, section 8.20).

use super::{Record, edited, iso};
use crate::document::{Node, node};
use crate::resource::Resource;
use crate::workspace::register::Entry;
use crate::workspace::{Workspace, prose};

const MILLISECONDS: &str = "%Y-%m-%dT%H:%M:%S.000Z";
const SECONDS: &str = "%Y-%m-%dT%H:%M:%SZ";

/// Every connector was executed this often.
const EXECUTIONS: u32 = 13;

impl Workspace {
    /// A macro.
    pub(super) fn macro_record(&self, index: u32, entry: &Record) -> Node {
        let mut draw = self.record_draw(Resource::Macros, index, 1);
        let words = prose::words(&mut draw, 4, 15);
        let teams = index.is_multiple_of(4);
        node!({
            "type": "macro", "id": self.record_id(Resource::Macros, index), "name": edited(prose::words(&mut draw, 1, 4), entry),
            "body": format!("<p>Hi <attribute key=\"user.name\" default=\"there\"/>, {words}</p>"),
            "body_text": format!("Hi {{{{user.name|fallback:\"there\"}}}}, {words}"), "created_at": iso(entry.created_at(), MILLISECONDS),
            "updated_at": iso(entry.updated_at(), MILLISECONDS), "visible_to": if teams { "specific_teams" } else { "everyone" },
            "visible_to_team_ids": if teams { vec![self.team_id(1).to_string(), self.team_id(2).to_string()].into() } else { node!([]) },
            "available_on": if draw.percent(50) { node!(["inbox", "messenger"]) } else { node!(["inbox"]) },
        })
    }

    /// A data connector in full, as it is served by its id.
    pub(super) fn data_connector(&self, index: u32, entry: &Record) -> Node {
        let mut draw = self.record_draw(Resource::DataConnectors, index, 1);
        let id = self.record_id(Resource::DataConnectors, index);
        node!({
            "type": "data_connector", "id": id.clone(), "name": edited(prose::words(&mut draw, 1, 4), entry),
            "description": draw.percent(70).then(|| prose::words(&mut draw, 3, 9)), "state": draw.pick(&["live", "live", "draft"]),
            "http_method": draw.pick(&["get", "post"]), "direct_fin_usage": draw.percent(40),
            "created_by_admin_id": self.admin_id(self.any_admin(&mut draw)).to_string(),
            "updated_by_admin_id": self.admin_id(self.any_admin(&mut draw)).to_string(), "created_at": iso(entry.created_at(), SECONDS),
            "updated_at": iso(entry.updated_at(), SECONDS), "execution_results_url": format!("/data_connectors/{id}/execution_results"),
            "url": format!("https://shop.example/api/{{{{order}}}}?n={index}"), "body": "{\"q\": 1}",
            "headers": [{"name": "Authorization", "value": "********"}], "audiences": ["users", "leads"], "execution_type": "server_side",
            "configuration_response_type": "test_response_type", "data_transformation_type": null, "client_function_name": null,
            "client_function_timeout_ms": null,
            "data_inputs": [{"name": "order", "type": "string", "description": "Number", "required": true, "default_value": ""}],
            "response_fields": [{"path": "status", "type": "string", "example_value": "ok", "redacted": false}],
            "object_mappings": [], "token_ids": [], "customer_authentication": false, "bypass_authentication": false,
            "validate_missing_attributes": null,
        })
    }

    /// The executions of a data connector, newest first, with bodies.
    pub(crate) fn connector_executions(&self, connector: u32) -> Vec<Node> {
        let Some(entry) = self.records(Resource::DataConnectors).and_then(|register| register.get(connector))
        else {
            return Vec::new();
        };
        let executions = (0..EXECUTIONS).rev().map(|number| {
            let mut draw = self.record_draw(Resource::ConnectorExecutions, connector, number);
            let success = draw.percent(80);
            let conversation = draw.below(self.sizes.conversations.into()) as u32;
            let has_conversation = draw.percent(70) && self.sizes.conversations > 0;
            node!({
                "type": "data_connector.execution", "id": (100 * u64::from(connector) + 99_000 + u64::from(number)).to_string(),
                "data_connector_id": self.record_id(Resource::DataConnectors, connector), "success": success,
                "http_status": if success { 200 } else { 502 }, "http_method": "post", "error_type": (!success).then_some("3rd_party_error"),
                "error_message": (!success).then_some("Bad Gateway"), "execution_time_ms": draw.below(9_000),
                "source_type": draw.pick(&["fin", "workflow"]), "source_id": null,
                "conversation_id": has_conversation.then(|| self.conversation_id(conversation)),
                "created_at": iso(entry.created_at() + 600 * i64::from(number), SECONDS), "request_url": "https://shop.example/api",
                "request_body": "{\"q\": 1}", "response_body": if success { "{\"status\":\"ok\"}" } else { "" },
                "raw_response_body": "",
            })
        });
        executions.collect()
    }
}
