"""OpenTelemetry, sent to where OTEL_EXPORTER_OTLP_ENDPOINT says; off without that variable."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def start(service: str) -> None:
    """Trace this process's requests and jobs from here on.

    Call it once in each process, after it was forked and before Django's handler is made.

    Args:
        service: what the process is called in traces, unless OTEL_SERVICE_NAME says otherwise.

    Raises:
        ImproperlyConfigured: the packages are not installed.
    """
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        return
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.celery import CeleryInstrumentor
        from opentelemetry.instrumentation.django import DjangoInstrumentor
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as missing:
        raise ImproperlyConfigured(
            f"OTEL_EXPORTER_OTLP_ENDPOINT is set, but {missing.name} is not installed:"
            " pip install 'migration-tracker[otel-server]'"
        ) from missing
    resource = Resource.create({"service.name": service}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument()
    CeleryInstrumentor().instrument()  # type: ignore[no-untyped-call]
