using MdlRuntime.Verification;

namespace MdlRuntime.Tests.Model;

internal sealed partial class MemoryBench
{
    private const int MaximalRegions = 4;

    private static readonly PageProtection[] s_protections = [PageProtection.PAGE_READWRITE, PageProtection.PAGE_READONLY, PageProtection.PAGE_NOACCESS];

    private bool AllocateUserMemory(MemoryStep step)
    {
        ProcessModel process = ProcessOf(step.A);
        if (process.Regions.Count == MaximalRegions)
            return false;

        int count = 1 + step.B % 3;
        uint offset = 8 * (uint)step.C;
        PageProtection protection = step.B % 16 == 0 ? PageProtection.PAGE_READONLY : PageProtection.PAGE_READWRITE;
        nuint address = process.Real.Allocate((nuint)count * 4096 - offset, offset, protection);
        Assert.Equal(offset, (uint)(address & 0xFFF));
        process.Regions.Add(new(process, address - offset, NewPages(count)) { Protections = [.. Enumerable.Repeat(protection, count)] });
        return true;
    }

    /// <summary>Freed pages stay with the MDLs that lock them; the addresses are gone at once (D11).</summary>
    private bool FreeUserMemory(MemoryStep step)
    {
        ProcessModel process = ProcessOf(step.A);
        if (Choose(process.Regions, step.B) is not { } region)
            return false;

        if (region.IsShared)
            process.Real.Unmap(region.Address);
        else
            process.Real.Free(region.Address);
        Disown(region.Pages);
        process.Regions.Remove(region);
        return true;
    }

    /// <summary>Memory of one process shown in another one, whose writes go to copies if so wished.</summary>
    private bool ShareUserMemory(MemoryStep step)
    {
        (ProcessModel owner, ProcessModel process) = (ProcessOf(step.A), ProcessOf(step.A + 1 + step.B % 2));
        if (owner == process || process.Regions.Count == MaximalRegions || Choose(owner.Regions.Where(region => !region.IsShared), step.B / 2) is not { } source)
            return false;

        int first = step.C % source.Pages.Count;
        int count = source.Pages.Count - first;
        bool copyOnWrite = step.C / 4 % 2 == 0;
        nuint address = process.Real.Share(owner.Real, source.Address + ((nuint)first << 12), (nuint)count << 12, copyOnWrite);
        PageModel[] pages = [.. source.Pages.Skip(first)];
        foreach (PageModel page in pages)
            page.Owners++;
        PageProtection[] protections = source.Protections![first..];
        if (copyOnWrite)
            protections = [.. protections.Select(protection => protection == PageProtection.PAGE_READONLY ? PageProtection.PAGE_READWRITE : protection)];
        process.Regions.Add(new(process, address, pages) { Protections = protections, IsShared = true, IsCopyOnWrite = copyOnWrite });
        return true;
    }

    /// <summary>Every page that is not locked may come back in another frame; locked ones stay where they are.</summary>
    private bool TrimProcess(MemoryStep step)
    {
        ProcessModel process = ProcessOf(step.A);
        process.Real.Trim();
        foreach (PageModel page in process.Regions.SelectMany(region => region.Pages).Where(page => page.Locks == 0))
            page.Moves++;
        return true;
    }

    private bool ProtectUserMemory(MemoryStep step)
    {
        ProcessModel process = ProcessOf(step.A);
        if (Choose(process.Regions, step.B) is not { } region)
            return false;

        int page = step.C % region.Pages.Count;
        PageProtection protection = s_protections[step.C / 4 % 4 % s_protections.Length];
        process.Real.Protect(region.Address + ((nuint)page << 12), 4096, protection);
        region.Protections![page] = protection;
        return true;
    }

    private bool WriteUserMemory(MemoryStep step)
    {
        ProcessModel process = ProcessOf(step.A);
        return Choose(process.Regions, step.B) is { } region && Write(region, step.B / 4, step.C);
    }

    private bool WriteView(MemoryStep step)
    {
        ProcessModel process = ProcessOf(step.A);
        return Choose(process.Views, step.B) is { } view && Write(view.Alias, step.B / 4, step.C);
    }

    /// <summary>User code writes a word somewhere in the page, inside the buffer of an MDL or beside it.</summary>
    private bool Write(AliasModel alias, int pageNumber, int word)
    {
        int index = pageNumber % alias.Pages.Count;
        PageProtection? protection = alias.Protections?[index];
        bool isAllowed = alias.IsWritable && protection is null or PageProtection.PAGE_READWRITE;
        if (isAllowed && !alias.Shows(index))
            return false;

        ulong value = NextStamp();
        nuint address = alias.Address + ((nuint)index << 12) + 8 * (nuint)word;
        Outcome outcome = isAllowed ? Outcome.Done : Outcome.Raises(NtStatus.STATUS_ACCESS_VIOLATION);
        if (Expect(outcome, () => alias.Process!.Real.Write(address, BitConverter.GetBytes(value))))
            Set(alias.ForWriting(index), word, value);
        return true;
    }

    private bool ExitProcess(MemoryStep step)
    {
        if (_made == MaximalProcesses)
            return false;
        ProcessModel? process = Choose(_processes.Where(candidate => step.Dares || candidate.LockedPages == 0), step.A);
        if (process is null)
            return false;

        Exit(process);
        if (!IsStopped)
            AddProcess();
        return true;
    }

    /// <summary>Locked pages stop the machine: 0xCB if tracked, else 0x76 with parameter 0.</summary>
    private void Exit(ProcessModel process)
    {
        Outcome outcome = process.LockedPages == 0 ? Outcome.Done
            : Outcome.Finds(0xCB, null, Outcome.Stops(0x76, 0));
        if (!Expect(outcome, process.Real.Exit))
            return;

        foreach (AliasModel region in process.Regions)
            Disown(region.Pages);
        _processes.Remove(process);
    }

    private static void Disown(IEnumerable<PageModel> pages)
    {
        foreach (PageModel page in pages)
            page.Owners--;
    }

    private static PageModel[] NewPages(int count) => [.. Enumerable.Range(0, count).Select(_ => new PageModel())];

    private static void Set(PageModel page, int word, ulong value)
    {
        page.Words[word] = value;
        page.LastWord = word;
    }
}
