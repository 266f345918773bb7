using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Positions in the file and in the buffer where they belong.</summary>
public sealed class MDL1010_NearMissTests
{
    private const string Fields = "private nuint _store; private uint _done; private long _diskOffset; private Mdl _own = null!; private long StoreSize { get; set; }";

    [Theory]
    [InlineData("nuint at = _store + (nuint)sp.Parameters.Read.ByteOffset; Sink.Take(at);")]
    [InlineData("byte[] store = new byte[4096]; Span<byte> data = store.AsSpan((int)sp.Parameters.Read.ByteOffset); Sink.Take(data.Length);")]
    [InlineData("nuint own = MmGetSystemAddressForMdlSafe(_own, Prio); if (own == 0) return STATUS_INSUFFICIENT_RESOURCES; Sink.Take(VirtualMemory.Read<int>(own + (nuint)sp.Parameters.Read.ByteOffset));")]
    [InlineData("nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 8192, 1); Sink.Take(pool + (nuint)sp.Parameters.Read.ByteOffset);")]
    [InlineData("Mdl? pages = MmAllocatePagesForMdl(default, new(0x7FFFFFFF), default, 65536); if (pages is null) return STATUS_NO_MEMORY; Sink.Take(MmGetMdlVirtualAddress(pages) + (nuint)sp.Parameters.Read.ByteOffset);")]
    [InlineData("long lba = sp.Parameters.Read.ByteOffset / 512; Sink.Take(lba);")]
    [InlineData("long diskOffset = sp.Parameters.Read.ByteOffset; Sink.Take(diskOffset);")]
    [InlineData("_diskOffset = sp.Parameters.Read.ByteOffset + _done;")]
    [InlineData("long byteOffset = sp.Parameters.Read.ByteOffset; Sink.Take(byteOffset);")]
    [InlineData("long offset = sp.Parameters.Read.ByteOffset; Sink.Take(offset);")]
    [InlineData("long end = sp.Parameters.Read.ByteOffset + sp.Parameters.Read.Length; if (end > StoreSize) return STATUS_SUCCESS;")]
    [InlineData("if (sp.Parameters.Read.ByteOffset % 512 != 0) return STATUS_SUCCESS;")]
    [InlineData("sp.Parameters.Read.ByteOffset += 512;")]
    [InlineData("sp.Parameters.Read.ByteOffset = _diskOffset;")]
    [InlineData("Console.WriteLine($\"{sp.Parameters.Read.ByteOffset:X}\");")]
    [InlineData("RtlCopyMemory(_store, _store + (nuint)sp.Parameters.Read.ByteOffset, 16);")]
    public Task FileOffset_DoesNotReport(string body) => Read(body, Fields);

    [Theory]
    [InlineData("nuint va = MmGetMdlVirtualAddress(m) + _done; long lba = sp.Parameters.Read.ByteOffset / 512; Sink.Take(va); Sink.Take(lba);")]
    [InlineData("Sink.Take(MmGetMdlVirtualAddress(m) + (nuint)(sp.Parameters.Read.ByteOffset - _diskOffset));")]
    [InlineData("Sink.Take(MmGetMdlVirtualAddress(m) + (nuint)(_diskOffset - sp.Parameters.Read.ByteOffset));")]
    [InlineData("Sink.Take(MmGetMdlVirtualAddress(m) + (nuint)(sp.Parameters.Read.ByteOffset % 512));")]
    [InlineData("Sink.Take(MmGetMdlVirtualAddress(m) + (nuint)(sp.Parameters.Read.ByteOffset & 0x1FF));")]
    [InlineData("Sink.Take(MmGetMdlByteOffset(m));")]
    [InlineData("uint offset = MmGetMdlByteOffset(m); Sink.Take(offset);")]
    [InlineData("uint byteOffset = MmGetMdlByteOffset(m); Sink.Take(byteOffset);")]
    [InlineData("uint pageOffset = MmGetMdlByteOffset(m); Sink.Take(pageOffset);")]
    [InlineData("uint offsetInSector = MmGetMdlByteOffset(m) % 512; Sink.Take(offsetInSector);")]
    [InlineData("long position = sp.Parameters.Read.ByteOffset; position += _done; Sink.Take(position);")]
    [InlineData("if (sp.Parameters.Read.ByteOffset == 0 && MmGetMdlByteOffset(m) == 0) Sink.Take(m.ByteCount);")]
    [InlineData("uint misaligned = (uint)sp.Parameters.Read.ByteOffset | MmGetMdlByteOffset(m); if ((misaligned & 3) != 0) return STATUS_SUCCESS;")]
    [InlineData("nuint p = MmGetSystemAddressForMdlSafe(m, Prio); if (p == 0) return STATUS_INSUFFICIENT_RESOURCES; RtlCopyMemory(p, _store + (nuint)sp.Parameters.Read.ByteOffset, sp.Parameters.Read.Length);")]
    [InlineData("nuint p = MmGetSystemAddressForMdlSafe(m, Prio); if (p == 0) return STATUS_INSUFFICIENT_RESOURCES; for (uint done = 0; done < sp.Parameters.Read.Length; done += 4) VirtualMemory.Write<uint>(p + done, (uint)(sp.Parameters.Read.ByteOffset + done));")]
    public Task BothInTheirPlace_DoesNotReport(string body) =>
        Read($"if (irp.MdlAddress is not {{ }} m) return STATUS_SUCCESS; {body}", Fields);

    [Fact]
    public Task PlainNumber_DoesNotReport() =>
        Pages("long byteOffset = n; Sink.Take(va + (nuint)byteOffset);");

    [Fact]
    public Task MdlOverOwnMemory_DoesNotReport() =>
        Class("static nuint At(Mdl m, IoStackLocation sp) { MmBuildMdlForNonPagedPool(m); return MmGetMdlVirtualAddress(m) + (nuint)sp.Parameters.Read.ByteOffset; }");
}
