using MdlRuntime.Simulation;

namespace NetLoop;

/// <summary>Prints what happens to the packets while it happens: the start of the driver and the first packets in full.</summary>
internal sealed class StepPrinter(TextWriter output)
{
    /// <summary>Steps shown; the rest goes the same way.</summary>
    private const int StepsShown = 60;

    private int _steps;

    /// <summary>Interrupts that the driver has served.</summary>
    public int Interrupts { get; private set; }

    public void BeginPacket(int number, uint length) => Step($"packet {number}: the process sends {length} bytes");

    /// <summary>Called by the machine for everything it does, while it does it.</summary>
    public void OnTrace(TraceRecord record)
    {
        switch (record.Routine)
        {
            case "AllocateCommonBuffer":
                Step($"  AllocateCommonBuffer: a ring of {record.Value2} bytes at {Hex(record.Value1)}, for the device at {Hex(record.Value3)}");
                break;
            case "MmMapIoSpace":
                Step("  MmMapIoSpace: the registers of the device are mapped");
                break;
            case "GetScatterGatherList":
                Step($"  GetScatterGatherList: {record.Value2} bytes from {Hex(record.Value1)}, {(record.Value3 != 0 ? "to" : "from")} the device");
                break;
            case "AdapterListControl":
                Step($"  AdapterListControl: {record.Value1} pieces, one descriptor each");
                break;
            case "NetworkDevice.Transmit":
                Step($"  the device takes a packet of {record.Value1} bytes from {record.Value2} descriptors");
                break;
            case "NetworkDevice.Receive":
                Step($"  the device stores a packet of {record.Value1} bytes through {record.Value2} descriptors");
                break;
            case "InterruptService":
                Interrupts++;
                Step("  it interrupts: the service routine acknowledges, the DPC looks into both rings");
                break;
            case "PutScatterGatherList":
                Step("  PutScatterGatherList: the bytes are where they belong");
                break;
            case "IoCompleteRequest" when record.Value2 != 0:
                Step($"  IoCompleteRequest: {record.Value2} bytes");
                break;
            case "FreeCommonBuffer":
                Step($"  FreeCommonBuffer: the ring at {Hex(record.Value1)}", isAlwaysShown: true);
                break;
        }
    }

    private void Step(string text, bool isAlwaysShown = false)
    {
        _steps++;
        if (_steps <= StepsShown || isAlwaysShown)
            output.WriteLine(text);
        else if (_steps == StepsShown + 1)
            output.WriteLine("  ... and so on");
    }

    private static string Hex(ulong value) => $"0x{value:X}";
}
