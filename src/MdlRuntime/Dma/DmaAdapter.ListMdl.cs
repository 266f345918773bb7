using MdlRuntime.Annotations;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    /// <summary>Returns an MDL for the memory that the device will really access through a list.</summary>
    /// <param name="scatterGather">A list of this adapter that is not put yet.</param>
    /// <param name="originalMdl">The MDL that it was made from.</param>
    /// <param name="targetMdl">
    /// <paramref name="originalMdl"/> itself where the device accesses its pages in place; otherwise an MDL, or a chain of them, for bounce pages and the
    /// rest of the range. Freed by <see cref="PutScatterGatherList"/>, not by the caller.
    /// </param>
    /// <returns>
    /// STATUS_SUCCESS; STATUS_INVALID_PARAMETER: no MDL, or a list that this adapter has not handed out; STATUS_NONE_MAPPED: called before for the
    /// same list; STATUS_INSUFFICIENT_RESOURCES: no memory for the MDL.
    /// </returns>
    /// <remarks>IRQL at most DISPATCH_LEVEL. Reserved for the system in the original. WDK: BuildMdlFromScatterGatherList.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus BuildMdlFromScatterGatherList(
        ScatterGatherList scatterGather,
        [MdlEffect(MdlEffect.Reads)] Mdl originalMdl,
        out Mdl? targetMdl)
    {
        ArgumentNullException.ThrowIfNull(scatterGather);
        Processor processor = Enter(DmaSlot.BuildMdlFromScatterGatherList, Kirql.DISPATCH_LEVEL, exact: false);
        System.Trace(nameof(BuildMdlFromScatterGatherList), scatterGather);
        targetMdl = null;
        if (originalMdl is null)
            return NtStatus.STATUS_INVALID_PARAMETER;
        MdlChecks.Require(processor, originalMdl, Mdl.StartVaOffset);
        if (scatterGather.Registers is not { } registers || registers.Adapter != this)
            return NtStatus.STATUS_INVALID_PARAMETER;
        if (scatterGather.HasTarget)
            return NtStatus.STATUS_NONE_MAPPED;
        if (System.Faults.Strikes(nameof(BuildMdlFromScatterGatherList)))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        if (!AnyBounced(registers.Map.Runs))
        {
            targetMdl = originalMdl;
        }
        else
        {
            if (!TryBuildTarget(registers.Map.Runs, originalMdl, out targetMdl))
                return NtStatus.STATUS_INSUFFICIENT_RESOURCES;
            scatterGather.Target = targetMdl;
        }

        scatterGather.HasTarget = true;
        return NtStatus.STATUS_SUCCESS;
    }

    private static bool AnyBounced(ReadOnlySpan<MappedRun> runs)
    {
        foreach (ref readonly MappedRun run in runs)
        {
            if (run.IsBounced)
                return true;
        }

        return false;
    }

    private bool TryBuildTarget(ReadOnlySpan<MappedRun> runs, Mdl original, out Mdl? head)
    {
        head = null;
        Mdl? last = null;
        for (int first = 0, count; first < runs.Length; first += count)
        {
            count = CountJoined(runs[first..]);
            if (BuildTargetPart(runs.Slice(first, count), original) is not { } part)
            {
                if (head is not null)
                    FreeTarget(head);
                head = null;
                return false;
            }

            if (last is null)
                head = part;
            else
                last.Next = part;
            last = part;
        }

        return head is not null;
    }

    /// <summary>How many runs from the first on one MDL can describe: they meet at page boundaries, or inside a bounce page.</summary>
    private static int CountJoined(ReadOnlySpan<MappedRun> runs)
    {
        int count = 1;
        while (count < runs.Length)
        {
            ref readonly MappedRun before = ref runs[count - 1], next = ref runs[count];
            bool meetInBounce = before.IsBounced && next.IsBounced && before.Bounce + before.Length == next.Bounce;
            if (!meetInBounce && (OffsetOf(before) + before.Length) % PAGE_SIZE + OffsetOf(next) != 0)
                break;
            count++;
        }

        return count;
    }

    private Mdl? BuildTargetPart(ReadOnlySpan<MappedRun> runs, Mdl original)
    {
        uint length = 0;
        foreach (ref readonly MappedRun run in runs)
            length += run.Length;
        nuint va = PAGE_ALIGN(runs[0].Va) + OffsetOf(runs[0]);
        int pages = (int)ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, length);
        if (System.Layer<MdlLayer>().Allocate(pages) is not { } mdl)
            return null;

        mdl.Initialize(va, length, MdlFlags.MDL_PARTIAL | (pages <= MdlLayer.FixedSizePages ? MdlFlags.MDL_ALLOCATED_FIXED_SIZE : default));
        mdl.ChargedProcess = null;
        mdl.Source = original;
        Span<nuint> frames = mdl.Pfns;
        uint position = BYTE_OFFSET(va);
        foreach (ref readonly MappedRun run in runs)
        {
            MdlPages places = new(run.Mdl, System.Memory.Frames);
            uint offset = OffsetOf(run);
            for (uint done = 0, part; done < run.Length; done += part, position += part)
            {
                frames[(int)(position >> PAGE_SHIFT)] = run.IsBounced ? (nuint)((run.Bounce + done) >> PAGE_SHIFT) : places.At(run.Va + done).Number;
                part = Math.Min(run.Length - done, PAGE_SIZE - ((offset + done) & (PAGE_SIZE - 1)));
            }
        }

        mdl.StorePfns();
        return mdl;
    }

    private static uint OffsetOf(in MappedRun run) => BYTE_OFFSET(run.IsBounced ? (nuint)run.Bounce : run.Va);

    private static void FreeTarget(Mdl head)
    {
        for (Mdl? at = head; at is not null;)
        {
            Mdl? next = at.Next;
            at.Next = null;
            MdlAllocation.Free(at);
            at = next;
        }
    }
}
