"""What a shop's revenue is made of, as its workspace wants it, in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreRevenue:
    """Net sales, with tax or shipping added when the workspace says so."""

    with_tax: bool = False
    with_shipping: bool = False

    @property
    def added(self) -> list[str]:
        """The parts added to net sales."""
        wanted = {"shipping": self.with_shipping, "tax": self.with_tax}
        return [part for part, is_wanted in wanted.items() if is_wanted]

    @property
    def left_out(self) -> list[str]:
        """The parts that are in the sale but not in the revenue."""
        return [part for part in ("tax", "shipping") if part not in self.added]

    @property
    def formula(self) -> str:
        """How it is computed."""
        sums = "".join(f" + {part}" for part in self.added)
        return f"Gross sales − discounts − refunds{sums} of your shop, each on its own day."

    @property
    def meaning(self) -> str:
        """What it is, and what is not in it."""
        sold = "What your shop sold, whatever led to the sale"
        if not self.left_out:
            return f"{sold}, with shipping and tax."
        verb = "are" if len(self.left_out) > 1 else "is"
        return f"{sold}; {' and '.join(self.left_out)} {verb} not in it."
