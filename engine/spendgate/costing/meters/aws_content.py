"""AWS services that read texts and pictures, deliver media, or copy and watch what other services hold: all by use."""

from __future__ import annotations

from decimal import Decimal

from spendgate.costing.meters.parts import ByType, Use, by_use

_THOUSAND, _MILLION = Decimal(1000), Decimal(1_000_000)

_TRAINED = (
    Use("Training", "hours", ("comprehend", "training hour"), "monthly_training_hrs"),
    Use("Model management", "model-months", ("comprehend", "model management"), "stored_models"),
)

CONTENT = ByType(
    {
        "aws_comprehend_document_classifier": by_use(*_TRAINED),
        "aws_comprehend_entity_recognizer": by_use(*_TRAINED),
        "aws_rekognition_collection": by_use(
            Use("Images analysed", "1k images", ("rekognition", "images"), "monthly_images", _THOUSAND, tiered=True),
            Use("Faces stored", "1k faces", ("rekognition", "stored faces"), "stored_faces", _THOUSAND),
        ),
        "aws_rekognition_stream_processor": by_use(
            Use("Video analysed", "minutes", ("rekognition", "stream minute"), "monthly_video_mins")
        ),
        "aws_ivschat_room": by_use(
            Use("Messages sent", "1k messages", ("ivs chat", "messages sent"), "monthly_messages_sent", _THOUSAND),
            Use("Messages delivered", "1k messages", ("ivs chat", "messages delivered"), "monthly_messages_delivered", _THOUSAND),
        ),
        "aws_media_package_channel": by_use(
            Use("Live ingest", "GB", ("mediapackage", "live ingest"), "monthly_ingested_gb"),
            Use("Packaging", "GB", ("mediapackage", "packaging"), "monthly_packaged_gb", tiered=True),
        ),
        "aws_media_store_container": by_use(
            Use("Ingest", "GB", ("mediastore", "ingest"), "monthly_ingested_gb"),
            Use("Storage", "GB-month", ("mediastore", "storage"), "storage_gb"),
        ),
        "aws_redshift_cluster_snapshot": by_use(
            Use("Snapshot storage", "GB-month", ("redshift", "backup storage"), "storage_gb")
        ),
        "aws_db_instance_automated_backups_replication": by_use(
            Use("Replicated backups", "GB-month", ("rds", "backup storage"), "backup_storage_gb"),
            Use("Data copied to the other region", "GB", ("rds", "cross-region copy"), "monthly_copied_gb"),
        ),
        "aws_cloudwatch_event_archive": by_use(
            Use("Events archived", "GB", ("eventbridge", "archive processing"), "monthly_archived_gb"),
            Use("Archive storage", "GB-month", ("eventbridge", "archive storage"), "storage_gb"),
        ),
        "aws_dynamodb_contributor_insights": by_use(
            Use("Events", "1M events", ("dynamodb", "contributor insight events"), "monthly_events", _MILLION)
        ),
        "aws_dynamodb_kinesis_streaming_destination": by_use(
            Use("Changes captured", "1M units", ("dynamodb", "change data capture units"), "monthly_change_units", _MILLION)
        ),
        "aws_sns_topic_data_protection_policy": by_use(
            Use("Messages scanned", "GB", ("sns", "data protection scan"), "monthly_scanned_gb")
        ),
        "aws_appconfig_application": by_use(
            Use("Requests", "1M requests", ("appconfig", "requests"), "monthly_requests", _MILLION),
            Use("Configurations received", "1k configurations", ("appconfig", "configurations"), "monthly_received_configurations", _THOUSAND),
        ),
        "aws_appfabric_ingestion": by_use(
            Use("Users", "users", ("appfabric", "user"), "users")
        ),
        "aws_cleanrooms_collaboration": by_use(
            Use("Processing", "CRPU-hours", ("clean rooms", "crpu hour"), "monthly_crpu_hrs")
        ),
        "aws_customerprofiles_domain": by_use(
            Use("Profiles used", "profiles", ("connect customer profiles", "profile"), "monthly_used_profiles")
        ),
        "aws_datapipeline_pipeline": by_use(
            Use("Activities", "activities", ("data pipeline", "activity"), "scheduled_activities")
        ),
        "aws_datazone_domain": by_use(
            Use("Requests", "100k requests", ("datazone", "requests"), "monthly_requests", 100_000),
            Use("Metadata storage", "GB-month", ("datazone", "metadata storage"), "metadata_storage_gb"),
            Use("Compute", "units", ("datazone", "compute unit"), "monthly_compute_units"),
        ),
        "aws_devicefarm_project": by_use(
            Use("Device time", "minutes", ("device farm", "device minute"), "monthly_device_mins")
        ),
        "aws_drs_replication_configuration_template": by_use(
            Use("Source servers", "server-hours", ("elastic disaster recovery", "source server"), "monthly_source_server_hrs")
        ),
        "aws_route53_resolver_firewall_rule_group_association": by_use(
            Use("Queries inspected", "1M queries", ("route53 dns firewall", "queries"), "monthly_queries", _MILLION, tiered=True)
        ),
        "aws_glue_ml_transform": by_use(
            Use("Runs", "DPU-hours", ("glue", "ml transform dpu hour"), "monthly_dpu_hrs")
        ),
        "aws_simpledb_domain": by_use(
            Use("Machine hours", "hours", ("simpledb", "machine hour"), "monthly_machine_hrs"),
            Use("Storage", "GB-month", ("simpledb", "storage"), "storage_gb"),
        ),
    }
)  # fmt: skip
