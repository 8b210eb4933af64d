"""Google services of which every part depends on use: a table of what is metered and of the keys that state it."""

from __future__ import annotations

from decimal import Decimal

from spendgate.costing.meters.parts import ByType, Use, by_use

_MILLION, _THOUSAND = Decimal(1_000_000), Decimal(1000)

USED = ByType(
    {
        "google_cloudfunctions2_function": by_use(
            Use("Requests", "1M requests", ("cloud run", "requests"), "monthly_requests", _MILLION),
            Use("vCPUs", "vCPU-seconds", ("cloud run", "request vcpu"), "monthly_vcpu_seconds"),
            Use("Memory", "GiB-seconds", ("cloud run", "request memory"), "monthly_gib_seconds"),
        ),
        "google_api_gateway_gateway": by_use(
            Use("API calls", "1M calls", ("api gateway", "calls"), "monthly_api_calls", _MILLION, tiered=True)
        ),
        "google_certificate_manager_certificate": by_use(
            Use(
                "Certificates above 100",
                "certificates",
                ("certificate manager", "certificate"),
                "certificates_above_free",
            )
        ),
        "google_filestore_backup": by_use(Use("Backup storage", "GB-month", ("filestore", "backup"), "storage_gb")),
        "google_gke_backup_backup_plan": by_use(
            Use("Protected pods", "pods", ("gke backup", "pod"), "protected_pods"),
            Use("Backup storage", "GB-month", ("gke backup", "storage"), "storage_gb"),
        ),
        "google_backup_dr_backup_vault": by_use(
            Use("Backup storage", "GB-month", ("backup and dr", "vault storage"), "storage_gb")
        ),
        "google_netapp_backup": by_use(Use("Backup storage", "GiB-month", ("netapp", "backup"), "storage_gb")),
        "google_storage_anywhere_cache": by_use(
            Use("Cached data", "GB-month", ("anywhere cache", "storage"), "storage_gb"),
            Use("Data out of the cache", "GB", ("anywhere cache", "data out"), "monthly_data_out_gb"),
        ),
        "google_vertex_ai_index": by_use(
            Use("Index building", "GiB", ("vertex ai vector search", "build"), "monthly_index_build_gb"),
            Use(
                "Streaming updates",
                "GiB",
                ("vertex ai vector search", "streaming update"),
                "monthly_streaming_update_gb",
            ),
        ),
        "google_vertex_ai_reasoning_engine": by_use(
            Use("vCPUs", "vCPU-hours", ("vertex ai agent engine", "vcpu"), "monthly_vcpu_hrs"),
            Use("Memory", "GiB-hours", ("vertex ai agent engine", "memory"), "monthly_gib_hrs"),
        ),
        "google_discovery_engine_search_engine": by_use(
            Use("Queries", "1k queries", ("vertex ai search", "queries"), "monthly_queries", _THOUSAND)
        ),
        "google_discovery_engine_chat_engine": by_use(
            Use("Queries", "1k queries", ("vertex ai search", "chat queries"), "monthly_queries", _THOUSAND)
        ),
        "google_discovery_engine_data_store": by_use(
            Use("Indexed data", "GiB-month", ("vertex ai search", "index storage"), "storage_gb")
        ),
        "google_document_ai_processor": by_use(
            Use("Pages", "1k pages", ("document ai", "pages"), "monthly_pages", _THOUSAND, tiered=True)
        ),
        "google_dialogflow_cx_agent": by_use(
            Use("Text requests", "requests", ("dialogflow cx", "text request"), "monthly_text_requests"),
            Use("Voice", "seconds", ("dialogflow cx", "voice second"), "monthly_voice_seconds"),
        ),
        "google_dialogflow_agent": by_use(
            Use("Text requests", "requests", ("dialogflow es", "text request"), "monthly_text_requests")
        ),
        "google_healthcare_fhir_store": by_use(
            Use("Storage", "GB-month", ("healthcare", "structured storage"), "storage_gb"),
            Use("Requests", "1M requests", ("healthcare", "requests"), "monthly_requests", _MILLION),
        ),
        "google_healthcare_dicom_store": by_use(
            Use("Storage", "GB-month", ("healthcare", "blob storage"), "storage_gb"),
            Use("Requests", "1M requests", ("healthcare", "requests"), "monthly_requests", _MILLION),
        ),
        "google_healthcare_hl7_v2_store": by_use(
            Use("Storage", "GB-month", ("healthcare", "structured storage"), "storage_gb"),
            Use("Requests", "1M requests", ("healthcare", "requests"), "monthly_requests", _MILLION),
        ),
        "google_transcoder_job": by_use(Use("Output", "minutes", ("transcoder", "hd minute"), "monthly_output_mins")),
        "google_cloudbuild_worker_pool": by_use(
            Use("Build time", "minutes", ("cloud build", "private pool minute"), "monthly_build_mins")
        ),
        "google_monitoring_uptime_check_config": by_use(
            Use(
                "Executions above 1M",
                "1k executions",
                ("cloud monitoring", "uptime check"),
                "monthly_executions",
                _THOUSAND,
            )
        ),
        "google_parameter_manager_parameter": by_use(
            Use("Operations", "10k operations", ("parameter manager", "operations"), "monthly_operations", 10_000)
        ),
        "google_recaptcha_enterprise_key": by_use(
            Use(
                "Assessments",
                "1k assessments",
                ("recaptcha", "assessments"),
                "monthly_assessments",
                _THOUSAND,
                tiered=True,
            )
        ),
        "google_network_services_edge_cache_service": by_use(
            Use("Cache egress", "GB", ("media cdn", "egress"), "monthly_egress_gb", tiered=True)
        ),
        "google_eventarc_message_bus": by_use(
            Use("Messages", "1M messages", ("eventarc advanced", "messages"), "monthly_messages", _MILLION)
        ),
        "google_firebase_app_hosting_backend": by_use(
            Use("Data out", "GB", ("firebase app hosting", "egress"), "monthly_egress_gb")
        ),
        "google_firebase_hosting_site": by_use(
            Use("Storage", "GB-month", ("firebase hosting", "storage"), "storage_gb"),
            Use("Data out", "GB", ("firebase hosting", "egress"), "monthly_egress_gb"),
        ),
        "google_model_armor_template": by_use(
            Use("Tokens", "1M tokens", ("model armor", "tokens"), "monthly_tokens", _MILLION)
        ),
        "google_sourcerepo_repository": by_use(
            Use("Users above five", "users", ("source repositories", "user"), "users_above_free")
        ),
        "google_clouddeploy_delivery_pipeline": by_use(
            Use("Active multi-target pipelines above one", "pipelines", ("cloud deploy", "pipeline"), "paid_pipelines")
        ),
        "google_firebase_data_connect_service": by_use(
            Use("Operations", "1M operations", ("firebase data connect", "operations"), "monthly_operations", _MILLION),
            Use("Data out", "GB", ("firebase data connect", "egress"), "monthly_egress_gb"),
        ),
        "google_integrations_client": by_use(
            Use(
                "Executions",
                "1k executions",
                ("application integration", "executions"),
                "monthly_executions",
                _THOUSAND,
            )
        ),
        **{
            name: by_use(Use("Managed vCPUs", "vCPU-hours", ("gke enterprise", f"{where} vcpu"), "monthly_vcpu_hrs"))
            for name, where in (
                ("google_container_attached_cluster", "multi-cloud"),
                ("google_container_aws_cluster", "multi-cloud"),
                ("google_container_azure_cluster", "multi-cloud"),
                ("google_gkeonprem_vmware_cluster", "on-premises"),
                ("google_gkeonprem_bare_metal_cluster", "on-premises"),
            )
        },
    }
)
