"""The post office: outbox and delivery."""
