"""What a live sensor tells Prometheus."""

from __future__ import annotations

from pyargus.clients.sensor_live import LiveSensor
from pyargus.clients.sensor_live_outputs import LiveOutputs
from pyargus.network.metrics import COUNTER, GAUGE, Metric, of_listener, single


def figures(sensor: LiveSensor, outputs: LiveOutputs) -> list[Metric]:
    """Packets and what was lost of them, flows, records, outputs, clients. Counters begin with the sensor."""
    taps = [((("interface", tap.device.name),), tap) for tap in sensor.taps]
    engines = [modeler.engine for modeler in sensor.modelers]
    cut = sum(int(engine.ignored_cut) for engine in engines)
    ignored = sum(int(engine.ignored) for engine in engines)
    found = [
        Metric("argus_interface_up", GAUGE, "Whether an interface is up", [(name, bool(tap.up)) for name, tap in taps]),
        Metric("argus_packets_received_total", COUNTER, "Packets that passed the filter", [(name, tap.received) for name, tap in taps]),
        Metric(
            "argus_packets_dropped_total", COUNTER, "Packets lost, by whom",
            [((*name, ("by", who)), value) for name, tap in taps for who, value in (("kernel", tap.drops), ("interface", tap.lost))],
        ),
        single("argus_packets_total", COUNTER, "Packets taken into flows", sum(int(engine.packets) for engine in engines)),
        single("argus_bytes_total", COUNTER, "Bytes on the wire of these packets", sum(int(engine.bytes) for engine in engines)),
        Metric(
            "argus_packets_undecodable_total", COUNTER, "Packets that made no flow, by reason",
            [((("reason", "cut short by the snap length"),), cut), ((("reason", "no flow in them"),), ignored - cut)],
        ),
        single("argus_flows_active", GAUGE, "Flows held", sum(int(engine.active) for engine in engines)),
        single("argus_flow_records_total", COUNTER, "Flow records made", sum(int(engine.records) for engine in engines)),
        single("argus_lost_records_total", COUNTER, "Records that the outputs could not take", outputs.stats.lost),
        Metric("argus_output_lost_records_total", COUNTER, "Records that could not be written, by output", outputs.losses()),
    ]  # fmt: skip
    return found + (of_listener(outputs.listener.stats()) if outputs.listener else [])
