using System.Runtime.CompilerServices;

namespace MdlRuntime;

/// <summary>What the verifier says about transfers; out of line, because a routine that holds such texts pays for them at every call.</summary>
public sealed partial class DmaAdapter
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReportRange(TransferMap map, Mdl mdl, nuint currentVa, uint length)
    {
        if (length == 0)
        {
            Report(0x21, Address, 0, 0, "MDL4016", "MapTransfer was asked to map 0 bytes.");
            return;
        }

        Report(0x1D, currentVa, currentVa + length, map.FirstMapped(mdl, currentVa, length), "MDL4007",
            $"MapTransfer was asked for {length} bytes at {currentVa:X16} of which some are mapped already: CurrentVa advances by the length returned.");
    }

    /// <summary>Registers are used one after the other until everything mapped is flushed: those flushed before lie behind those that are still mapped.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReportRegisters(TransferMap map, uint held, uint wanted)
    {
        uint used = Math.Min(map.RegistersUsed, held);
        if (wanted > held)
        {
            Report(0x0C, wanted, held, 0, "MDL4005",
                $"MapTransfer needs {wanted} map registers, one per page that the piece touches; {held} are there.");
        }
        else if (map.MappedPages + wanted <= held)
        {
            Report(0x00, 2, wanted, held - used, "MDL4005",
                $"MapTransfer needs {wanted} map registers in a row; {held - used} are left behind those in use, although {held - map.MappedPages} of {held} are free.");
        }
        else
        {
            Report(0x15, map.RegistersUsed + wanted, held, 0, "MDL4005", $"MapTransfer needs {wanted} more map registers while {used} of {held} are in use.");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReportNotMapped(Mdl mdl, TransferMap map, MapRegisters? mapRegisterBase, nuint currentVa, uint length)
    {
        ulong violation = mapRegisterBase is not null && map.Count == 0 ? 0x20u : 0x16u;
        ulong parameter2 = mapRegisterBase is null ? Address : mapRegisterBase.Handle;
        Report(violation, parameter2, currentVa, mdl.Address, "MDL4003",
            $"FlushAdapterBuffers was called for {length} bytes at {currentVa:X16}, which are not mapped.", mapRegisterBase);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReportTooLong(Mdl mdl, nuint currentVa, uint length, uint flushed) =>
        Report(0x00, 1, BytesFrom(mdl, unchecked(currentVa + flushed)), length - flushed, "MDL4005",
            $"FlushAdapterBuffers was called for {length} bytes at {currentVa:X16}; {flushed} of them are mapped.");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReportDirection(in MappedRun run, bool writeToDevice) =>
        Report(0x16, (ulong)run.Logical.QuadPart, run.Va, run.Mdl.Address, "MDL4008",
            $"{run.Length} bytes at {run.Va:X16} were mapped with WriteToDevice {run.WriteToDevice} and flushed with {writeToDevice}.");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReportSumOfRegisters(ChannelRequest request) =>
        Report(0x15, _registers, MaximumRegisters, 0, "MDL4005",
            $"AllocateAdapterChannel was asked for {request.RegisterCount} map registers while others were not freed, {_registers} together; IoGetDmaAdapter granted {MaximumRegisters}.");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReportFreedWhileMapped(MapRegisters registers, uint mapped, string ruleId, string what) =>
        Report(0x10, mapped, 0, 0, ruleId, $"{what} freed map registers while {mapped} of them were mapped: FlushAdapterBuffers comes first.", registers);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReportCount(MapRegisters registers, uint count)
    {
        uint extra = count > registers.Count ? count - registers.Count : 0;
        Report(0x05, extra, 0, 0, "MDL4010",
            $"FreeMapRegisters was called for {count} map registers; {registers.Count} were allocated, and they are freed together.", registers);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CheckList(Mdl mdl, nuint currentVa, uint length, ulong available, string routine)
    {
        if (length == 0)
            Report(0x21, Address, 0, 0, "MDL4016", $"{routine} was asked to map 0 bytes.");
        CheckPosition(mdl, currentVa, length, available, routine, isChain: true);
    }
}
