using MdlAnalyzers.Tests.Rules;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Tests.All;

/// <summary>More spellings of the defects and of correct code than the rules' own tests list, each under all rules at once.</summary>
public sealed class VariantTests
{
    [Theory]
    [InlineData("Method", "MDL1001", "nuint? maybe = null; nuint va = maybe ?? MmGetMdlByteOffset(mdl); Sink.Take(va);")]
    [InlineData("Method", "MDL1001", "nint virtualAddress = (nint)MmGetMdlByteOffset(mdl); Sink.Take(virtualAddress);")]
    [InlineData("Method", "MDL1001", "UIntPtr bufferPtr = MmGetMdlByteOffset(mdl); Sink.Take(bufferPtr);")]
    [InlineData("Method", "MDL1001", "if (MmIsAddressValid(MmGetMdlByteOffset(mdl))) Sink.Take(n);")]
    [InlineData("Method", "MDL1001", "MmProbe(MmGetMdlByteOffset(mdl));", "static void MmProbe(nuint virtualAddress) { }")]
    [InlineData("Method", "MDL1001", "ProbeForRead(MmGetMdlByteOffset(mdl), n, 1);")]
    [InlineData("Method", "MDL1001", "var pa = MmGetPhysicalAddress(MmGetMdlByteOffset(mdl)); Sink.Take(pa);")]
    [InlineData("Method", "MDL1001", "nuint va; if (isRead) va = MmGetMdlVirtualAddress(mdl); else va = MmGetMdlByteOffset(mdl); adapter.FlushAdapterBuffers(mdl, registers, va, n, false);")]
    [InlineData("Method", "MDL1001", "uint length = 64; adapter.MapTransfer(mdl, registers, MmGetMdlByteCount(mdl), ref length, false);")]
    [InlineData("Method", "MDL1001", "nuint MdlVa() { return MmGetMdlByteOffset(mdl); } Sink.Take(MdlVa());")]
    [InlineData("Method", "MDL1001", "nuint address = (n > 4) switch { true => MmGetMdlByteOffset(mdl), false => MmGetMdlVirtualAddress(mdl) }; Sink.Take(address);")]
    [InlineData("Method", "MDL1001", "foreach (var m in new[] { mdl }) { nuint va = MmGetMdlByteOffset(m); adapter.FlushAdapterBuffers(m, registers, va, n, false); }")]
    [InlineData("Method", "MDL1001", "var off = MmGetMdlByteOffset(mdl); nuint target = off; IoBuildPartialMdl(mdl, _mdl, target, 16);")]
    [InlineData("Method", "MDL1001", "VirtualMemory.Write(MmGetMdlByteOffset(mdl), (byte)1);")]
    [InlineData("Pages", "MDL1002", "uint pages = len / PAGE_SIZE; if (len % PAGE_SIZE != 0) pages++; _sg = new SgEntry[pages];")]
    [InlineData("Pages", "MDL1002", "uint pages = (uint)((len + 4095L) / 4096L); _sg = new SgEntry[pages];")]
    [InlineData("Pages", "MDL1002", "uint pages = (uint)(Math.Ceiling((double)len / PAGE_SIZE)); _sg = new SgEntry[pages];")]
    [InlineData("Pages", "MDL1002", "adapter.AllocateAdapterChannel(device, (len + PAGE_SIZE - 1) >> PAGE_SHIFT, (d, i, r, c) => DeallocateObject, null);")]
    [InlineData("Pages", "MDL1002", "List<SgEntry> list = new((int)(len >> 12)); Sink.Take(list);")]
    [InlineData("Pages", "MDL1002", "var entries = new SgEntry[ROUND_TO_PAGES(len) / PAGE_SIZE]; Sink.Take(entries);")]
    [InlineData("Pages", "MDL1002", "nuint pa = pfns[0] << 12; Hardware.Program(pa, Math.Min(len, PAGE_SIZE - off));")]
    [InlineData("Pages", "MDL1002", "long physical = (long)(pfns[0] * 4096); Hardware.Program((ulong)physical, 1);")]
    [InlineData("Pages", "MDL1002", "ulong first = pfns[0]; ulong pa = first << PAGE_SHIFT; Hardware.Address = pa;")]
    [InlineData("Pages", "MDL1002", "bool onePage = len <= PAGE_SIZE; if (onePage) Hardware.Program(((ulong)pfns[0] << 12) + off, len);")]
    [InlineData("Pages", "MDL1002", "int pages = 1; if (len > 4096) pages = 2; _sg = new SgEntry[pages];")]
    [InlineData("Pages", "MDL1002", "nuint pages = PagesFor(mdl); _sg = new SgEntry[pages];", "static nuint PagesFor(Mdl m) => BYTES_TO_PAGES(MmGetMdlByteCount(m));")]
    [InlineData("Pages", "MDL1002", "var pages = Enumerable(len); _sg = new SgEntry[pages];", "static uint Enumerable(uint bytes) { uint result = bytes / PAGE_SIZE; if ((bytes & 0xFFF) != 0) result++; return result; }")]
    [InlineData("Pages", "MDL1002", "while (len > 0) { uint piece = Math.Min(len, PAGE_SIZE); Hardware.Program((ulong)pfns[0] << 12, piece); len -= piece; }")]
    [InlineData("Pages", "MDL1002", "uint shift = 12; uint pages = (len + (1u << 12) - 1) >> (int)shift; _sg = new SgEntry[pages];")]
    [InlineData("Read", "MDL2001", "Mdl? m = irp.MdlAddress; while (m!.Next is not null) m = m.Next; Sink.Take(m);")]
    [InlineData("Read", "MDL2001", "using var s = new System.IO.MemoryStream((int)MmGetMdlByteCount(irp.MdlAddress!));")]
    [InlineData("Read", "MDL2001", "if (sp.Parameters.Read.Length > 0 || sp.MinorFunction == 0) Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));")]
    [InlineData("Read", "MDL2001", "uint len = sp.Parameters.Read.Length; if (len > 65536) return Complete(irp, STATUS_INVALID_PARAMETER, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));")]
    [InlineData("Read", "MDL2001", "var count = irp.MdlAddress != null ? 1 : 0; Sink.Take(count + MmGetMdlByteCount(irp.MdlAddress!));")]
    [InlineData("Read", "MDL2001", "Mdl mdl = irp.MdlAddress!; Mdl other = mdl; Sink.Take(MmGetMdlVirtualAddress(other));")]
    [InlineData("Read", "MDL2001", "if (irp.MdlAddress is null) Console.WriteLine(\"none\"); nuint p = MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Prio); Sink.Take(p);")]
    [InlineData("Read", "MDL2001", "if (irp is { MdlAddress: var m }) Sink.Take(MmGetMdlByteCount(m!));")]
    [InlineData("Read", "MDL2001", "for (uint i = 0; i <= sp.Parameters.Read.Length; i++) Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));")]
    [InlineData("Read", "MDL2001", "if (sp.Parameters.Read.ByteOffset == 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));")]
    [InlineData("Control", "MDL2001", "if (sp.Parameters.Read.Length == 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));")]
    [InlineData("Control", "MDL2001", "if (sp.Parameters.DeviceIoControl.OutputBufferLength < 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));")]
    [InlineData("Write", "MDL2001", "if (sp.Parameters.Read.Length == 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));")]
    public async Task Defect_IsReportedByOneRule(string place, string id, string body, string members = "") =>
        Assert.Equal([id], (await RunAsync(place, body, members)).Select(static d => d.Id).Distinct(StringComparer.Ordinal));

    [Theory]
    [InlineData("Method", "nuint pageAddress = MmGetMdlBaseVa(mdl); nuint here = pageAddress + MmGetMdlByteOffset(mdl); adapter.FlushAdapterBuffers(mdl, registers, here, n, false);")]
    [InlineData("Method", "nuint va = MmGetMdlVirtualAddress(mdl); va -= MmGetMdlByteOffset(mdl); if (va == MmGetMdlBaseVa(mdl)) Sink.Take(n);")]
    [InlineData("Method", "var (offset, length, address) = (MmGetMdlByteOffset(mdl), MmGetMdlByteCount(mdl), MmGetMdlVirtualAddress(mdl)); Sink.Take(address); Sink.Take(offset + length);")]
    [InlineData("Method", "nuint addr = PAGE_ALIGN(MmGetMdlVirtualAddress(mdl)) | MmGetMdlByteOffset(mdl); adapter.FlushAdapterBuffers(mdl, registers, addr, n, false);")]
    [InlineData("Method", "ulong physicalAddress = (ulong)MmGetMdlPfnArray(mdl)[0] * 4096; physicalAddress += MmGetMdlByteOffset(mdl); Hardware.Program(physicalAddress, 1);")]
    [InlineData("Method", "uint skew = MmGetMdlByteOffset(mdl) % 512; Sink.Take(skew);")]
    [InlineData("Method", "Console.WriteLine(\"offset {0}\", MmGetMdlByteOffset(mdl));")]
    [InlineData("Method", "Span<byte> page = stackalloc byte[4096]; page[(int)MmGetMdlByteOffset(mdl)..].Clear();")]
    [InlineData("Method", "nuint lastByte = MmGetMdlVirtualAddress(mdl) + MmGetMdlByteCount(mdl) - 1; Sink.Take(lastByte);")]
    [InlineData("Method", "adapter.GetScatterGatherList(device, mdl, MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), (d, i, l, c) => { }, null, false);")]
    [InlineData("Method", "string addressText = MmGetMdlByteOffset(mdl).ToString(); Sink.Take(addressText);")]
    [InlineData("Pages", "uint pages = (uint)(((va + len + PAGE_SIZE - 1) >> PAGE_SHIFT) - (va >> PAGE_SHIFT)); _sg = new SgEntry[pages];")]
    [InlineData("Pages", "uint pages = (len + BYTE_OFFSET(va) + PAGE_SIZE - 1) / PAGE_SIZE; _sg = new SgEntry[pages];")]
    [InlineData("Pages", "uint end = off + len; uint pages = end / PAGE_SIZE + (end % PAGE_SIZE == 0 ? 0u : 1u); _sg = new SgEntry[pages];")]
    [InlineData("Pages", "bool crosses = off + len > PAGE_SIZE; if (!crosses) Hardware.Program(((ulong)pfns[0] << 12) + off, len);")]
    [InlineData("Pages", "uint bound = (len >> PAGE_SHIFT) + 2; _sg = new SgEntry[bound];")]
    [InlineData("Pages", "if (len > 16 * PAGE_SIZE) return; Sink.Take(len);")]
    [InlineData("Pages", "foreach (nuint pfn in pfns) Hardware.SendFrame(pfn);")]
    [InlineData("Pages", "for (int i = 0; i < pfns.Length; i++) Hardware.Program(((ulong)pfns[i] << 12) + (i == 0 ? off : 0), 1);")]
    [InlineData("Pages", "for (int i = 0; i < pfns.Length; i++) { ulong pa = (ulong)pfns[i] << 12; if (i == 0) pa += off; Hardware.Program(pa, 1); }")]
    [InlineData("Pages", "uint percent = len * 100 / 4096; Sink.Take(percent);")]
    [InlineData("Pages", "ulong pfnOfVa = va >> PAGE_SHIFT; Sink.Take(pfnOfVa);")]
    [InlineData("Pages", "Debug.WriteLine(\"pages: \" + len / PAGE_SIZE);")]
    [InlineData("Pages", "if ((off | len) % 512 != 0) return; uint sectors = len / 512; Sink.Take(sectors);")]
    [InlineData("Pages", "if (off == 0) { uint pages = len >> 12; _sg = new SgEntry[pages]; }")]
    [InlineData("Pages", "if (BYTE_OFFSET(va) != 0) return; Hardware.Address = (ulong)pfns[0] << 12;")]
    [InlineData("Pages", "Debug.Assert(len <= PAGE_SIZE * 16);")]
    [InlineData("Control", "if (sp.Parameters.DeviceIoControl.OutputBufferLength < 16) return Complete(irp, STATUS_BUFFER_TOO_SMALL, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));")]
    [InlineData("Control", "uint need = 8; if (sp.Parameters.DeviceIoControl.OutputBufferLength >= need) Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));")]
    [InlineData("Read", "uint len = sp.Parameters.Read.Length; NtStatus st = len == 0 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS; if (st != STATUS_SUCCESS) return Complete(irp, st, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));")]
    [InlineData("Read", "if (sp.Parameters.Read.Length % 512 != 0 || sp.Parameters.Read.Length == 0) return Complete(irp, STATUS_INVALID_PARAMETER, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));")]
    [InlineData("Read", "Mdl? m = irp.MdlAddress; if (m?.MdlFlags > 0) Sink.Take(MmGetMdlByteCount(m));")]
    [InlineData("Read", "if (!(irp.MdlAddress?.MdlFlags > 0)) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress));")]
    [InlineData("Read", "Mdl? m = irp.MdlAddress; m ??= IoAllocateMdl(1, 1, false, false, null); if (m is null) return STATUS_NO_MEMORY; Sink.Take(MmGetMdlByteCount(m));")]
    [InlineData("Read", "try { if (irp.MdlAddress is null) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress)); } catch (NtStatusException e) { return Complete(irp, e.Status, 0); }")]
    [InlineData("Read", "uint left = sp.Parameters.Read.Length; while (left > 0) { uint piece = Math.Min(left, 512); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!)); left -= piece; }")]
    [InlineData("Read", "lock (this) { if (irp.MdlAddress is not { } m) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(m)); }")]
    [InlineData("Read", "if (HasMdl(irp, out var m)) Sink.Take(MmGetMdlByteCount(m!));", "static bool HasMdl(Irp i, out Mdl? m) { m = i.MdlAddress; return m is not null; }")]
    [InlineData("Read", "bool empty = irp.MdlAddress is null || sp.Parameters.Read.Length == 0; if (empty) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));")]
    [InlineData("Read", "switch (sp.Parameters.Read.Length, irp.MdlAddress) { case (0, _): return Complete(irp, STATUS_SUCCESS, 0); case (_, { } m): Sink.Take(MmGetMdlByteCount(m)); break; }")]
    [InlineData("Read", "Func<uint> later = () => irp.MdlAddress is { } m ? MmGetMdlByteCount(m) : 0; Sink.Take(later());")]
    public async Task CorrectCode_IsNotReported(string place, string body, string members = "") =>
        Assert.Empty(AnalyzerRun.Describe(await RunAsync(place, body, members)));

    private static async Task<IReadOnlyList<Diagnostic>> RunAsync(string place, string body, string members)
    {
        string source = place switch
        {
            "Method" => DriverSource.Method(body, members),
            "Pages" => DriverSource.Pages(body, members),
            "Read" => DriverSource.Dispatch(body, members),
            "Write" => DriverSource.Dispatch(body, members, "DispatchWrite"),
            _ => DriverSource.Dispatch(body, members, "DispatchDeviceControl"),
        };
        var compilation = await AnalyzerRun.CreateAsync(withRuntime: true, source);
        Assert.DoesNotContain(compilation.GetDiagnostics(TestContext.Current.CancellationToken), static d => d.Severity == DiagnosticSeverity.Error);
        return await AnalyzerRun.OverAsync(compilation);
    }
}
