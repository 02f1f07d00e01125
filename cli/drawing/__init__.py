"""Drawing figures: as text for a terminal, as SVG or HTML by ourselves, as PNG by matplotlib."""
