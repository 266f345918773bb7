using MdlRuntime.Simulation;

// Reads through the driver at several offsets and lengths, and compares what its read routine found out with what was asked for.
// With the mistakes in place it goes wrong; repaired, every line says "ok".
int wrong = 0;
foreach (uint offset in (uint[])[0, 1, 0xE50, 0xFFF])
{
    foreach (uint length in (uint[])[0, 1, 4096, 10000])
    {
        string result = Try(offset, length);
        Console.WriteLine($"offset 0x{offset:X3}, {length,5} bytes: {result}");
        wrong += result == "ok" ? 0 : 1;
    }
}

Console.WriteLine(wrong == 0 ? "All reads were handled correctly." : $"{wrong} reads went wrong.");
return wrong == 0 ? 0 : 1;

static string Try(uint offset, uint length)
{
    using var machine = new Machine();
    try
    {
        machine.LoadDriver("ReadDispatch", ReadDriver.DriverEntry);
        UserProcess process = machine.CreateProcess("reader");
        nuint buffer = process.Allocate(Math.Max(length, 1), offset);
        using DeviceHandle handle = process.Open(ReadDriver.DeviceName);

        ReadLog.Clear();
        int freePtes = machine.FreeSystemPtes;
        IoStatusBlock status = handle.Read(buffer, length);

        if (status.Status != STATUS_SUCCESS)
            return $"failed with {status.Status}";
        if (machine.FreeSystemPtes != freePtes || process.LockedPages != 0 || machine.Findings.Count != 0)
            return "left something behind";
        return ReadLog.Entries switch
        {
            [] => length == 0 ? "ok" : "the read routine did not look at the buffer",
            [ReadLogEntry entry] when length != 0 => Describe(entry, buffer, length),
            _ => "the empty request was not told apart",
        };
    }
    catch (BugCheckException stop)
    {
        return stop.Message;
    }
}

static string Describe(ReadLogEntry entry, nuint buffer, uint length)
{
    uint pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(buffer, length);
    if (entry.MdlLength != length || entry.MdlOffset != BYTE_OFFSET(buffer))
        return $"MDL of {entry.MdlLength} bytes at offset 0x{entry.MdlOffset:X}";
    if (entry.MdlAddress != buffer)
        return $"buffer at 0x{entry.MdlAddress:X} instead of 0x{buffer:X}";
    if (entry.PageCount != pages)
        return $"{entry.PageCount} pages instead of {pages}";
    return BYTE_OFFSET(entry.KernelAddress) == BYTE_OFFSET(buffer) ? "ok" : "mapped at another offset";
}
