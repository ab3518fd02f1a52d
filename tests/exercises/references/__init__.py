"""The reference as near to each variant as its parameters go, per topic: `REFERENCES`, grade id → variant → what would be the answer."""
