namespace MdlRuntime.Verification;

/// <summary>What a driver leaves behind when it is unloaded.</summary>
internal static class LeakReport
{
    private const uint NameTag = 0x656D614E;

    /// <summary>Reports one finding per leak, 0xC4 / 0x62, in the order in which they were allocated.</summary>
    public static void AtUnload(KernelSystem system, DriverObject driver)
    {
        if (!system.Verifier.IsOn)
            return;

        List<Leak> leaks = [.. Find(system, driver.Owner).OrderBy(leak => leak.Made.Order)];
        if (leaks.Count == 0)
            return;

        nuint name = PlaceName(system, driver.Name);
        foreach (Leak leak in leaks)
        {
            system.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION, 0x62, name, 0, (ulong)leaks.Count, leak.RuleId,
                $"{driver} was unloaded without freeing {leak.What}.")
            {
                Subject = leak.Subject,
                Made = leak.Made,
            });
        }
    }

    private static IEnumerable<Leak> Find(KernelSystem system, CodeOwner owner)
    {
        foreach (Mdl mdl in system.Layer<MdlLayer>().Live.Where(mdl => IsOf(mdl, owner)))
            yield return OfMdl(mdl);
        IoSystem io = system.Layer<IoSystem>();
        foreach (Irp irp in io.Irps.All.Where(irp => irp.State != IrpState.Freed && IsOf(irp, owner)))
            yield return new(irp.ToString(), "MDL5008", irp, First(irp));
        foreach (IoWorkItem item in io.Workers.Live.Where(item => IsOf(item, owner)))
            yield return new($"a work item of {item.Device}", RuleId: null, item, First(item));
        foreach (DmaAdapter adapter in system.Layer<DmaSystem>().Adapters.Where(adapter => IsOf(adapter, owner)))
            yield return new(adapter.ToString(), "MDL4010", adapter, First(adapter));
        foreach (Transition made in system.Verifier.Allocations.Of(owner))
            yield return new($"{made.Value2} bytes of {made.Routine} at {made.Value1:X16}{TagOf(made.Value3)}", RuleId: null, Subject: null, made);
    }

    private static Leak OfMdl(Mdl mdl) =>
        mdl.IsPageAllocation ? new($"{mdl} and its pages", "MDL3016", mdl, First(mdl))
        : mdl.IsLocked && !mdl.Has(MdlFlags.MDL_IO_SPACE) ? new($"{mdl}, whose pages are still locked", "MDL3003", mdl, First(mdl))
        : new(mdl.ToString(), "MDL3004", mdl, First(mdl));

    private static bool IsOf(ITracked tracked, CodeOwner owner) => tracked.History is { IsEmpty: false } history && history.First.Owner == owner;

    private static Transition First(ITracked tracked) => tracked.History!.First;

    private static string TagOf(ulong tag)
    {
        if (tag == 0)
            return "";

        Span<char> characters = stackalloc char[4];
        for (int i = 0; i < characters.Length; i++)
        {
            char character = (char)(byte)(tag >> (8 * i));
            characters[i] = character is >= ' ' and <= '~' ? character : '.';
        }

        return $", tag '{characters}'";
    }

    /// <summary>The name as the stop's parameter points to it: zero-terminated UTF-16; 0 when no pool is left for it.</summary>
    private static nuint PlaceName(KernelSystem system, string name)
    {
        nuint bytes = sizeof(char) * ((nuint)name.Length + 1);
        nuint address = system.Memory.NonPagedPool.Allocate(bytes, NameTag, zero: true);
        for (int i = 0; address != 0 && i < name.Length; i++)
        {
            nuint at = address + sizeof(char) * (nuint)i;
            Pfn pfn = system.Memory.NonPagedRegion[at].Pfn;
            system.Memory.Arena.Byte(pfn, BYTE_OFFSET(at)) = (byte)name[i];
            system.Memory.Arena.Byte(pfn, BYTE_OFFSET(at) + 1) = (byte)(name[i] >> 8);
        }

        return address;
    }
}
