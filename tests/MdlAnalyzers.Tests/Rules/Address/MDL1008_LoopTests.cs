using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Physical addresses as the start of a piece, and starts that a loop counts.</summary>
public sealed class MDL1008_LoopTests
{
    [Theory]
    [InlineData("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return; IoBuildPartialMdl(mdl, part, {|MDL1008:(nuint)MmGetPhysicalAddress(MmGetMdlVirtualAddress(mdl)).QuadPart|}, 16);")]
    [InlineData("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return; nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (p == 0) return; PhysicalAddress pa = MmGetPhysicalAddress(p); IoBuildPartialMdl(mdl, part, {|MDL1008:(nuint)pa.QuadPart|}, 16);")]
    [InlineData("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return; var pa = MmGetPhysicalAddress(MmGetMdlVirtualAddress(mdl)).QuadPart; IoBuildPartialMdl(mdl, part, {|MDL1008:(nuint)(ulong)pa + n|}, 16);")]
    [InlineData("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return; PhysicalAddress logical = adapter.MapTransfer(mdl, registers, MmGetMdlVirtualAddress(mdl), ref n, false); IoBuildPartialMdl(mdl, part, {|MDL1008:(nuint)logical.QuadPart|}, 16);")]
    [InlineData("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return; long at = MmGetPhysicalAddress(MmGetMdlVirtualAddress(mdl)).QuadPart; at += 512; IoBuildPartialMdl(mdl, part, {|MDL1008:(nuint)at|}, 16);")]
    public Task Physical_Reports(string body) =>
        Method(body);

    [Fact]
    public Task Physical2_Reports() =>
        Method("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return; IoBuildPartialMdl(mdl, part, {|MDL1008:(nuint)Where(MmGetMdlVirtualAddress(mdl))|}, 16);", "static long Where(nuint va) => MmGetPhysicalAddress(va).QuadPart;");

    [Theory]
    [InlineData("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (part is null || p == 0) return; for (nuint at = p; at < p + MmGetMdlByteCount(mdl); at += PAGE_SIZE) { IoBuildPartialMdl(mdl, part, {|MDL1001:at|}, 16); MmPrepareMdlForReuse(part); }")]
    [InlineData("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (part is null || p == 0) return; nuint at = p; while (at < p + MmGetMdlByteCount(mdl)) { IoBuildPartialMdl(mdl, part, {|MDL1001:at|}, 16); MmPrepareMdlForReuse(part); at += 16; }")]
    [InlineData("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return; foreach (nuint pfn in MmGetMdlPfnArray(mdl)) { IoBuildPartialMdl(mdl, part, {|MDL1002:pfn << PAGE_SHIFT|}, 16); MmPrepareMdlForReuse(part); }")]
    public Task LoopElsewhere_Reports(string body) =>
        Method(body);

    [Theory]
    [InlineData("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return; for (uint done = 0; done < MmGetMdlByteCount(mdl); done += 512) { IoBuildPartialMdl(mdl, part, done, 512); MmPrepareMdlForReuse(part); }")]
    [InlineData("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return; for (nuint done = 0; done < MmGetMdlByteCount(mdl); done += 512) { IoBuildPartialMdl(mdl, part, done, 512); MmPrepareMdlForReuse(part); }")]
    [InlineData("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return; nuint done = 0; do { IoBuildPartialMdl(mdl, part, done, 1); MmPrepareMdlForReuse(part); done++; } while (done < MmGetMdlByteCount(mdl));")]
    [InlineData("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return; nuint va = MmGetMdlVirtualAddress(mdl), end = va + MmGetMdlByteCount(mdl); for (nuint at = va; at < end; at++) { IoBuildPartialMdl(mdl, part, at, 1); MmPrepareMdlForReuse(part); }")]
    [InlineData("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return; nuint va = MmGetMdlVirtualAddress(mdl); for (nuint done = 0; done < MmGetMdlByteCount(mdl); done++) { IoBuildPartialMdl(mdl, part, va + done, 1); MmPrepareMdlForReuse(part); }")]
    [InlineData("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return; for (nuint at = _currentVa; at < _currentVa + 64; at += 16) { IoBuildPartialMdl(mdl, part, at, 16); MmPrepareMdlForReuse(part); }")]
    [InlineData("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return; nuint at = MmGetMdlVirtualAddress(mdl); uint left = MmGetMdlByteCount(mdl); while (left > 0) { uint piece = Math.Min(left, 512); IoBuildPartialMdl(mdl, part, at, piece); MmPrepareMdlForReuse(part); at += piece; left -= piece; }")]
    [InlineData("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return; PhysicalAddress pa = MmGetPhysicalAddress(MmGetMdlVirtualAddress(mdl)); IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl), 1); Sink.Take(pa);")]
    public Task LoopNear_DoesNotReport(string body) =>
        Method(body);

    [Fact]
    public Task LoopNear2_DoesNotReport() =>
        Method("Mdl? part = IoAllocateMdl(_buffer, 4096, false, false, null); Mdl? own = IoAllocateMdl(_buffer, 4096, false, false, null); if (part is null || own is null) return; MmBuildMdlForNonPagedPool(own); for (nuint at = _buffer; at < _buffer + 4096; at += 512) { IoBuildPartialMdl(own, part, at, 512); MmPrepareMdlForReuse(part); }", "nuint _buffer;");

    [Theory]
    [InlineData("if (irp.MdlAddress is not { } mdl) return STATUS_SUCCESS; Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return STATUS_SUCCESS; for (uint done = 0; done < MmGetMdlByteCount(mdl); done += 512) { IoBuildPartialMdl(mdl, part, {|MDL1008:done|}, 512); MmPrepareMdlForReuse(part); }")]
    [InlineData("if (irp.MdlAddress is not { } mdl) return STATUS_SUCCESS; Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return STATUS_SUCCESS; for (nuint done = 0; done < MmGetMdlByteCount(mdl); done++) { IoBuildPartialMdl(mdl, part, {|MDL1008:done|}, 1); MmPrepareMdlForReuse(part); }")]
    [InlineData("if (irp.MdlAddress is not { } mdl) return STATUS_SUCCESS; Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return STATUS_SUCCESS; nuint done = 0; do { IoBuildPartialMdl(mdl, part, {|MDL1008:done|}, 1); MmPrepareMdlForReuse(part); done++; } while (done < MmGetMdlByteCount(mdl));")]
    [InlineData("if (irp.MdlAddress is not { } mdl) return STATUS_SUCCESS; Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return STATUS_SUCCESS; for (uint left = MmGetMdlByteCount(mdl); left > 0; left--) { IoBuildPartialMdl(mdl, part, {|MDL1008:MmGetMdlByteCount(mdl) - left|}, 1); MmPrepareMdlForReuse(part); }")]
    [InlineData("if (irp.MdlAddress is not { } mdl) return STATUS_SUCCESS; Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return STATUS_SUCCESS; foreach (uint at in new uint[] { 0, 512 }) { IoBuildPartialMdl(mdl, part, {|MDL1008:at|}, 1); MmPrepareMdlForReuse(part); }")]
    [InlineData("if (irp.MdlAddress is not { } mdl) return STATUS_SUCCESS; Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return STATUS_SUCCESS; for (int i = 0; i < 4; i++) { IoBuildPartialMdl(mdl, part, {|MDL1008:(nuint)i * 512|}, 1); MmPrepareMdlForReuse(part); }")]
    [InlineData("if (irp.MdlAddress is not { } mdl) return STATUS_SUCCESS; Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl), false, false, null); if (part is null) return STATUS_SUCCESS; for (nuint at = (nuint)irp.UserBuffer; at < (nuint)irp.UserBuffer + 4096; at += 512) { IoBuildPartialMdl(mdl, part, {|MDL1008:at|}, 1); MmPrepareMdlForReuse(part); }")]
    public Task LoopOverNumbers_Reports(string body) =>
        Read(body, "nuint _buffer = ExAllocatePool2(0, 8192, 1);");
}
