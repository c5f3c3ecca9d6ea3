"""Brands as counter-stamps see them: whose they are, and what they declare now, its signature checked anew."""

from frankmark.ports.clock import Clock
from frankmark.services.brands import Brands
from frankmark.services.counterstamp_filing import BrandStanding

__all__ = ["DeclaredBrands"]


class DeclaredBrands:
    """Knows brands by their newest perimeter in the official log.

    Args:
        brands: Reads them.
        clock: Tells the time.
    """

    def __init__(self, brands: Brands, clock: Clock) -> None:
        self._brands = brands
        self._clock = clock

    async def standing(self, brand: str) -> BrandStanding | None:
        """See `frankmark.services.counterstamp_filing.Brands.standing`.

        Raises:
            Damaged: `STORE_DAMAGED`: what is stored is not what the brand signed.
        """
        held = await self._brands.held(brand)
        if held is None:
            return None
        perimeter = held.perimeter(self._clock.now_ms())
        if perimeter is None:
            return BrandStanding(org_id=held.brand.org_id)
        return BrandStanding(org_id=held.brand.org_id, jkt=held.place.jkt, perimeter=perimeter)
