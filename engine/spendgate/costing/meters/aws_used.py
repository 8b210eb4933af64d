"""AWS services of which every part depends on use: a table of what is metered and of the keys that state it."""

from __future__ import annotations

from decimal import Decimal

from spendgate.costing.meters.parts import ByType, Use, by_use

_THOUSAND, _MILLION = Decimal(1000), Decimal(1_000_000)

_BACKUP = Use("Backup storage", "GB-month", ("fsx backup", "storage"), "storage_gb")
_CLUSTER_SNAPSHOT = Use("Snapshot storage", "GB-month", ("rds aurora", "backup storage"), "storage_gb")
_IMAGE = Use("Snapshot storage", "GB-month", ("ebs", "snapshot storage"), "storage_gb")
_TABLES = (
    Use("Storage", "GB-month", ("s3 tables", "storage"), "storage_gb"),
    Use("Requests", "1k requests", ("s3 tables", "put requests"), "monthly_put_requests", _THOUSAND),
    Use("Objects monitored", "1k objects", ("s3 tables", "monitored objects"), "monitored_objects", _THOUSAND),
)
_INSPECTED = (
    Use("Machines scanned", "machines", ("inspector", "ec2"), "scanned_instances"),
    Use("Images scanned", "images", ("inspector", "ecr image"), "monthly_scanned_images"),
    Use("Functions scanned", "functions", ("inspector", "lambda"), "scanned_functions"),
)
_GUARDED = (
    Use("Management events", "1M events", ("guardduty", "management events"), "monthly_management_events", _MILLION, tiered=True),
    Use("Flow and DNS logs", "GB", ("guardduty", "flow logs"), "monthly_flow_logs_gb", tiered=True),
    Use("S3 data events", "1M events", ("guardduty", "s3 events"), "monthly_s3_events", _MILLION, tiered=True),
)  # fmt: skip
_PROMETHEUS = (
    Use("Samples ingested", "10M samples", ("prometheus", "samples ingested"), "monthly_samples_ingested", 10_000_000, tiered=True),
    Use("Samples queried", "1B samples", ("prometheus", "samples queried"), "monthly_samples_queried", 1_000_000_000),
    Use("Metric storage", "GB-month", ("prometheus", "storage"), "storage_gb"),
)  # fmt: skip

USED = ByType(
    {
        "aws_amplify_app": by_use(
            Use("Build time", "minutes", ("amplify", "build minute"), "monthly_build_mins"),
            Use("Data served", "GB", ("amplify", "data served"), "monthly_data_served_gb"),
            Use("Storage", "GB-month", ("amplify", "storage"), "storage_gb"),
        ),
        "aws_appflow_flow": by_use(
            Use("Flow runs", "runs", ("appflow", "flow run"), "monthly_flow_runs"),
            Use("Data processed", "GB", ("appflow", "data processed"), "monthly_data_processed_gb"),
        ),
        "aws_appsync_graphql_api": by_use(
            Use("Queries", "1M queries", ("appsync", "queries"), "monthly_queries", _MILLION),
            Use("Real-time updates", "1M updates", ("appsync", "updates"), "monthly_updates", _MILLION),
            Use("Connected time", "1M minutes", ("appsync", "connection minutes"), "monthly_connection_mins", _MILLION),
        ),
        "aws_auditmanager_assessment": by_use(
            Use("Assessments", "1k assessments", ("audit manager", "assessments"), "monthly_assessments", _THOUSAND)
        ),
        "aws_bedrock_guardrail": by_use(
            Use("Content filters", "1k text units", ("bedrock guardrails", "content filter"), "monthly_content_text_units", _THOUSAND),
            Use("Denied topics", "1k text units", ("bedrock guardrails", "denied topics"), "monthly_topic_text_units", _THOUSAND),
            Use("Sensitive information", "1k text units", ("bedrock guardrails", "sensitive information"), "monthly_sensitive_text_units", _THOUSAND),
        ),
        "aws_bedrock_custom_model": by_use(
            Use("Training", "1k tokens", ("bedrock customization", "training tokens"), "training_tokens", _THOUSAND),
            Use("Model storage", "model-months", ("bedrock customization", "model storage"), "stored_models"),
        ),
        "aws_bedrockagentcore_agent_runtime": by_use(
            Use("vCPUs", "vCPU-hours", ("bedrock agentcore", "vcpu"), "monthly_vcpu_hrs"),
            Use("Memory", "GB-hours", ("bedrock agentcore", "memory"), "monthly_memory_gb_hrs"),
        ),
        "aws_bedrockagentcore_browser": by_use(
            Use("vCPUs", "vCPU-hours", ("bedrock agentcore", "vcpu"), "monthly_vcpu_hrs"),
            Use("Memory", "GB-hours", ("bedrock agentcore", "memory"), "monthly_memory_gb_hrs"),
        ),
        "aws_bedrockagentcore_code_interpreter": by_use(
            Use("vCPUs", "vCPU-hours", ("bedrock agentcore", "vcpu"), "monthly_vcpu_hrs"),
            Use("Memory", "GB-hours", ("bedrock agentcore", "memory"), "monthly_memory_gb_hrs"),
        ),
        "aws_bedrockagentcore_gateway": by_use(
            Use("Tool calls", "1k calls", ("bedrock agentcore", "gateway calls"), "monthly_tool_calls", _THOUSAND),
            Use("Searches", "1k searches", ("bedrock agentcore", "gateway searches"), "monthly_searches", _THOUSAND),
        ),
        "aws_bedrockagentcore_memory": by_use(
            Use("Short-term events", "1k events", ("bedrock agentcore", "memory events"), "monthly_events", _THOUSAND),
            Use("Long-term records", "1k records", ("bedrock agentcore", "memory records"), "stored_records", _THOUSAND),
        ),
        "aws_cloudfront_function": by_use(
            Use("Invocations", "1M invocations", ("cloudfront functions", "invocations"), "monthly_invocations", _MILLION)
        ),
        "aws_cloudfront_key_value_store": by_use(
            Use("Reads", "1M reads", ("cloudfront functions", "key value reads"), "monthly_reads", _MILLION),
            Use("API requests", "1k requests", ("cloudfront functions", "key value requests"), "monthly_requests", _THOUSAND),
        ),
        "aws_cloudtrail_event_data_store": by_use(
            Use("Ingestion", "GB", ("cloudtrail lake", "ingestion"), "monthly_ingested_gb"),
            Use("Scanned", "GB", ("cloudtrail lake", "scan"), "monthly_scanned_gb"),
        ),
        "aws_cloudwatch_metric_stream": by_use(
            Use("Metric updates", "1k updates", ("cloudwatch", "metric stream updates"), "monthly_metric_updates", _THOUSAND)
        ),
        "aws_cloudwatch_contributor_insight_rule": by_use(
            Use("Matched events", "1M events", ("cloudwatch", "contributor insight events"), "monthly_matched_events", _MILLION)
        ),
        "aws_synthetics_canary": by_use(
            Use("Canary runs", "runs", ("cloudwatch", "canary run"), "monthly_runs")
        ),
        "aws_rum_app_monitor": by_use(
            Use("Events", "100k events", ("cloudwatch", "rum events"), "monthly_events", 100_000)
        ),
        "aws_codeartifact_repository": by_use(
            Use("Storage", "GB-month", ("codeartifact", "storage"), "storage_gb"),
            Use("Requests", "10k requests", ("codeartifact", "requests"), "monthly_requests", 10_000),
        ),
        "aws_codecommit_repository": by_use(
            Use("Users above five", "users", ("codecommit", "user"), "monthly_active_users")
        ),
        "aws_codeguruprofiler_profiling_group": by_use(
            Use("Profiled time", "sampling hours", ("codeguru", "profiler hour"), "monthly_sampling_hrs")
        ),
        "aws_cognito_user_pool": by_use(
            Use("Active users", "users", ("cognito", "active users"), "monthly_active_users", tiered=True),
            Use("Federated users", "users", ("cognito", "federated users"), "monthly_federated_users"),
        ),
        "aws_connect_instance": by_use(
            Use("Voice", "minutes", ("connect", "voice minute"), "monthly_voice_mins"),
            Use("Chat", "messages", ("connect", "chat message"), "monthly_chat_messages"),
        ),
        "aws_datasync_task": by_use(
            Use("Data copied", "GB", ("datasync", "data copied"), "monthly_data_copied_gb")
        ),
        "aws_detective_graph": by_use(
            Use("Data ingested", "GB", ("detective", "data ingested"), "monthly_ingested_gb", tiered=True)
        ),
        "aws_dsql_cluster": by_use(
            Use("Distributed processing units", "1M DPUs", ("aurora dsql", "dpu"), "monthly_dpus", _MILLION),
            Use("Storage", "GB-month", ("aurora dsql", "storage"), "storage_gb"),
        ),
        "aws_dynamodb_table_replica": by_use(
            Use("Replicated writes", "1M requests", ("dynamodb", "replicated write requests"), "monthly_replicated_writes", _MILLION),
            Use("Storage", "GB-month", ("dynamodb", "storage"), "storage_gb"),
        ),
        "aws_dynamodb_table_export": by_use(
            Use("Data exported", "GB", ("dynamodb", "export"), "exported_gb")
        ),
        "aws_db_cluster_snapshot": by_use(_CLUSTER_SNAPSHOT),
        "aws_rds_export_task": by_use(
            Use("Data exported", "GB", ("rds aurora", "snapshot export"), "exported_gb")
        ),
        "aws_ami": by_use(_IMAGE),
        "aws_ami_copy": by_use(_IMAGE),
        "aws_ami_from_instance": by_use(_IMAGE),
        "aws_ec2_network_insights_analysis": by_use(
            Use("Analyses", "analyses", ("vpc reachability", "analysis"), "monthly_analyses")
        ),
        "aws_ecrpublic_repository": by_use(
            Use("Storage", "GB-month", ("ecr public", "storage"), "storage_gb")
        ),
        "aws_fsx_backup": by_use(_BACKUP),
        "aws_glacier_vault": by_use(
            Use("Storage", "GB-month", ("glacier", "storage"), "storage_gb"),
            Use("Requests", "1k requests", ("glacier", "requests"), "monthly_requests", _THOUSAND),
        ),
        "aws_guardduty_detector": by_use(*_GUARDED),
        "aws_guardduty_malware_protection_plan": by_use(
            Use("Data scanned", "GB", ("guardduty", "malware scan"), "monthly_scanned_gb")
        ),
        "aws_inspector2_enabler": by_use(*_INSPECTED),
        "aws_inspector_assessment_template": by_use(
            Use("Agent assessments", "assessments", ("inspector classic", "assessment"), "monthly_assessments")
        ),
        "aws_internetmonitor_monitor": by_use(
            Use("City networks above 100", "city networks", ("internet monitor", "city network"), "monitored_city_networks")
        ),
        "aws_iot_topic_rule": by_use(
            Use("Rules triggered", "1M rules", ("iot core", "rules triggered"), "monthly_rules_triggered", _MILLION),
            Use("Actions", "1M actions", ("iot core", "actions"), "monthly_actions", _MILLION),
        ),
        "aws_ivs_channel": by_use(
            Use("Video input", "hours", ("ivs", "input hour"), "monthly_input_hrs"),
            Use("Video output", "hours", ("ivs", "output hour"), "monthly_output_hrs", tiered=True),
        ),
        "aws_keyspaces_table": by_use(
            Use("Writes", "1M units", ("keyspaces", "write units"), "monthly_write_request_units", _MILLION),
            Use("Reads", "1M units", ("keyspaces", "read units"), "monthly_read_request_units", _MILLION),
            Use("Storage", "GB-month", ("keyspaces", "storage"), "storage_gb"),
        ),
        "aws_kinesis_stream_consumer": by_use(
            Use("Consumer", "consumer-shard hours", ("kinesis", "provisioned fan-out consumer"), "monthly_consumer_shard_hrs"),
            Use("Data retrieved", "GB", ("kinesis", "provisioned fan-out retrieved"), "monthly_data_retrieved_gb"),
        ),
        "aws_kinesis_video_stream": by_use(
            Use("Data in", "GB", ("kinesis video", "ingested"), "monthly_data_in_gb"),
            Use("Data out", "GB", ("kinesis video", "consumed"), "monthly_data_out_gb"),
            Use("Storage", "GB-month", ("kinesis video", "storage"), "storage_gb"),
        ),
        "aws_lex_bot": by_use(
            Use("Text requests", "1k requests", ("lex", "text requests"), "monthly_text_requests", _THOUSAND),
            Use("Speech requests", "1k requests", ("lex", "speech requests"), "monthly_speech_requests", _THOUSAND),
        ),
        "aws_lexv2models_bot": by_use(
            Use("Text requests", "1k requests", ("lex", "text requests"), "monthly_text_requests", _THOUSAND),
            Use("Speech requests", "1k requests", ("lex", "speech requests"), "monthly_speech_requests", _THOUSAND),
        ),
        "aws_location_map": by_use(
            Use("Map tiles", "1k tiles", ("location", "map tiles"), "monthly_tiles", _THOUSAND)
        ),
        "aws_location_tracker": by_use(
            Use("Positions written", "1k positions", ("location", "positions"), "monthly_positions", _THOUSAND)
        ),
        "aws_macie2_account": by_use(
            Use("Buckets watched", "buckets", ("macie", "bucket"), "watched_buckets"),
            Use("Data inspected", "GB", ("macie", "inspected"), "monthly_inspected_gb", tiered=True),
        ),
        "aws_macie2_classification_job": by_use(
            Use("Data inspected", "GB", ("macie", "inspected"), "monthly_inspected_gb", tiered=True)
        ),
        "aws_memorydb_snapshot": by_use(
            Use("Snapshot storage", "GB-month", ("memorydb", "snapshot storage"), "storage_gb")
        ),
        "aws_elasticache_snapshot": by_use(
            Use("Snapshot storage", "GB-month", ("elasticache", "backup storage"), "storage_gb")
        ),
        "aws_msk_replicator": by_use(
            Use("Replicator", "hours", ("msk", "replicator"), "monthly_replicator_hrs"),
            Use("Data replicated", "GB", ("msk", "replicated data"), "monthly_replicated_gb"),
        ),
        "aws_pinpoint_app": by_use(
            Use("Emails", "1k emails", ("pinpoint", "emails"), "monthly_emails", _THOUSAND),
            Use("Targeted users", "1k users", ("pinpoint", "targeted users"), "monthly_targeted_users", _THOUSAND),
        ),
        "aws_pipes_pipe": by_use(
            Use("Requests", "1M requests", ("eventbridge pipes", "requests"), "monthly_requests", _MILLION)
        ),
        "aws_prometheus_workspace": by_use(*_PROMETHEUS),
        "aws_prometheus_scraper": by_use(
            Use("Collector", "hours", ("prometheus", "collector hour"), "monthly_collector_hrs"),
            Use("Samples collected", "1M samples", ("prometheus", "samples collected"), "monthly_samples_collected", _MILLION),
        ),
        "aws_qldb_ledger": by_use(
            Use("Journal storage", "GB-month", ("qldb", "journal storage"), "journal_storage_gb"),
            Use("Writes", "1M requests", ("qldb", "writes"), "monthly_writes", _MILLION),
        ),
        "aws_quicksight_account_subscription": by_use(
            Use("Authors", "users", ("quicksight", "author"), "authors"),
            Use("Readers", "users", ("quicksight", "reader"), "readers"),
        ),
        "aws_s3_directory_bucket": by_use(
            Use("Storage", "GB-month", ("s3 express", "storage"), "storage_gb"),
            Use("Put requests", "1k requests", ("s3 express", "put requests"), "monthly_put_requests", _THOUSAND),
            Use("Get requests", "1k requests", ("s3 express", "get requests"), "monthly_get_requests", _THOUSAND),
        ),
        "aws_s3tables_table_bucket": by_use(*_TABLES),
        "aws_s3vectors_vector_bucket": by_use(
            Use("Storage", "GB-month", ("s3 vectors", "storage"), "storage_gb"),
            Use("Vectors put", "GB", ("s3 vectors", "put"), "monthly_put_gb"),
            Use("Queries", "1M queries", ("s3 vectors", "queries"), "monthly_queries", _MILLION),
        ),
        "aws_s3control_storage_lens_configuration": by_use(
            Use("Objects monitored (advanced)", "1M objects", ("s3", "storage lens objects"), "monitored_objects", _MILLION)
        ),
        "aws_s3control_multi_region_access_point": by_use(
            Use("Data routed", "GB", ("s3", "multi-region data routed"), "monthly_routed_gb")
        ),
        "aws_sagemaker_feature_group": by_use(
            Use("Writes", "1M units", ("sagemaker feature store", "writes"), "monthly_write_units", _MILLION),
            Use("Reads", "1M units", ("sagemaker feature store", "reads"), "monthly_read_units", _MILLION),
            Use("Storage", "GB-month", ("sagemaker feature store", "storage"), "storage_gb"),
        ),
        "aws_schemas_discoverer": by_use(
            Use("Events discovered", "1M events", ("eventbridge", "schema discovery"), "monthly_ingested_events", _MILLION)
        ),
        "aws_securityhub_account": by_use(
            Use("Checks", "checks", ("security hub", "checks"), "monthly_checks", tiered=True)
        ),
        "aws_securitylake_data_lake": by_use(
            Use("Data ingested", "GB", ("security lake", "ingested"), "monthly_ingested_gb", tiered=True)
        ),
        "aws_storagegateway_gateway": by_use(
            Use("Data written", "GB", ("storage gateway", "data written"), "monthly_data_written_gb")
        ),
        "aws_timestreamwrite_table": by_use(
            Use("Writes", "1M writes", ("timestream", "writes"), "monthly_writes", _MILLION),
            Use("Memory store", "GB-hours", ("timestream", "memory store"), "memory_store_gb_hrs"),
            Use("Magnetic store", "GB-month", ("timestream", "magnetic store"), "magnetic_store_gb"),
        ),
        "aws_transfer_connector": by_use(
            Use("Messages or calls", "messages", ("transfer", "connector calls"), "monthly_calls"),
            Use("Data", "GB", ("transfer", "connector data"), "monthly_data_gb"),
        ),
        "aws_verifiedpermissions_policy_store": by_use(
            Use("Authorisations", "1M requests", ("verified permissions", "authorisations"), "monthly_requests", _MILLION)
        ),
        "aws_media_convert_queue": by_use(
            Use("Output", "minutes", ("mediaconvert", "output minute"), "monthly_output_mins")
        ),
        "aws_elastictranscoder_pipeline": by_use(
            Use("Output", "minutes", ("elastic transcoder", "output minute"), "monthly_output_mins")
        ),
        "aws_healthlake_fhir_datastore": by_use(
            Use("Storage", "GB-month", ("healthlake", "storage"), "storage_gb"),
            Use("Requests", "10k requests", ("healthlake", "requests"), "monthly_requests", 10_000),
        ),
        "aws_databrew_job": by_use(
            Use("Nodes", "node-hours", ("databrew", "node hour"), "monthly_node_hrs")
        ),
        "aws_ssmincidents_response_plan": by_use(
            Use("Response plans", "plans", ("incident manager", "response plan"), "response_plans")
        ),
    }
)  # fmt: skip
