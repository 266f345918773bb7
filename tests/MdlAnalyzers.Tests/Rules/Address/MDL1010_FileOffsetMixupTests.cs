using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Positions in the file that are used as positions in the buffer, and the other way round.</summary>
public sealed class MDL1010_FileOffsetMixupTests
{
    private const string Fields = "private DmaAdapter _adapter = null!; private uint _bytes; private long _diskOffset; private ulong Lba { get; set; } private Mdl _part = null!;";

    [Theory]
    [InlineData("nuint va = MmGetMdlVirtualAddress(m) + {|MDL1010:(nuint)sp.Parameters.Read.ByteOffset|}; Sink.Take(va);")]
    [InlineData("long position = sp.Parameters.Read.ByteOffset; nuint va = MmGetMdlVirtualAddress(m) + {|MDL1010:(nuint)position|}; Sink.Take(va);")]
    [InlineData("long position = sp.Parameters.Read.ByteOffset; nuint va = {|MDL1010:(nuint)position|} + MmGetMdlVirtualAddress(m); Sink.Take(va);")]
    [InlineData("nuint va = MmGetMdlVirtualAddress(m); va += {|MDL1010:(nuint)sp.Parameters.Read.ByteOffset|}; Sink.Take(va);")]
    [InlineData("nuint va = checked(MmGetMdlVirtualAddress(m) + {|MDL1010:(nuint)sp.Parameters.Read.ByteOffset|}); Sink.Take(va);")]
    [InlineData("var (va, position) = (MmGetMdlVirtualAddress(m), sp.Parameters.Read.ByteOffset); Sink.Take(va + {|MDL1010:(nuint)position|});")]
    [InlineData("ReadParameters read = sp.Parameters.Read; Sink.Take(MmGetMdlVirtualAddress(m) + {|MDL1010:(nuint)read.ByteOffset|});")]
    [InlineData("IoBuildPartialMdl(m, _part, MmGetMdlVirtualAddress(m) + {|MDL1010:(nuint)sp.Parameters.Read.ByteOffset|}, 16);")]
    [InlineData("Sink.Take(MmGetMdlBaseVa(m) + {|MDL1010:(nuint)sp.Parameters.Read.ByteOffset|});")]
    [InlineData("nuint p = MmGetSystemAddressForMdlSafe(m, Prio); if (p == 0) return STATUS_INSUFFICIENT_RESOURCES; Sink.Take(VirtualMemory.Read<int>(p + {|MDL1010:(nuint)sp.Parameters.Read.ByteOffset|}));")]
    [InlineData("nuint p = MmGetSystemAddressForMdlSafe(m, Prio); if (p == 0) return STATUS_INSUFFICIENT_RESOURCES; ulong at = (ulong)p + {|MDL1010:(ulong)sp.Parameters.Read.ByteOffset|}; Sink.Take(at);")]
    [InlineData("_diskOffset = sp.Parameters.Read.ByteOffset; Sink.Take(MmGetMdlVirtualAddress(m) + {|MDL1010:(nuint)_diskOffset|});")]
    [InlineData("long position = sp.Parameters.Read.ByteOffset + 512; Sink.Take(MmGetMdlVirtualAddress(m) + {|MDL1010:(nuint)position|});")]
    [InlineData("Add(); void Add() => Sink.Take(MmGetMdlVirtualAddress(m) + {|MDL1010:(nuint)sp.Parameters.Read.ByteOffset|});")]
    [InlineData("Func<nuint> at = () => MmGetMdlVirtualAddress(m) + {|MDL1010:(nuint)sp.Parameters.Read.ByteOffset|}; Sink.Take(at());")]
    [InlineData("nuint at = sp.Parameters.Read.Length > 512 ? MmGetMdlVirtualAddress(m) + {|MDL1010:(nuint)sp.Parameters.Read.ByteOffset|} : 0; Sink.Take(at);")]
    [InlineData("Span<nuint> pfns = MmGetMdlPfnArray(m); Sink.Take(((ulong)pfns[1] << 12) + {|MDL1010:(ulong)sp.Parameters.Read.ByteOffset|});")]
    public Task FileOffsetAddedToAnAddress_Reports(string body) =>
        Read($"if (irp.MdlAddress is not {{ }} m) return STATUS_SUCCESS; {body}", Fields);

    [Theory]
    [InlineData("long diskOffset = {|MDL1010:MmGetMdlByteOffset(m)|}; Sink.Take(diskOffset);")]
    [InlineData("long fileOffset = {|MDL1010:(long)MmGetMdlByteOffset(m)|}; Sink.Take(fileOffset);")]
    [InlineData("_diskOffset = {|MDL1010:MmGetMdlByteOffset(m)|};")]
    [InlineData("Lba = {|MDL1010:MmGetMdlByteOffset(m) / 512|};")]
    [InlineData("ulong lba = {|MDL1010:MmGetMdlByteOffset(m) >> 9|}; Sink.Take(lba);")]
    [InlineData("sp.Parameters.Read.ByteOffset = {|MDL1010:MmGetMdlByteOffset(m)|};")]
    [InlineData("uint off = MmGetMdlByteOffset(m); Seek({|MDL1010:off|});")]
    [InlineData("long position = sp.Parameters.Read.ByteOffset + {|MDL1010:MmGetMdlByteOffset(m)|}; Sink.Take(position);")]
    [InlineData("uint off = MmGetMdlByteOffset(m); long position = {|MDL1010:off|} + sp.Parameters.Read.ByteOffset; Sink.Take(position);")]
    [InlineData("long position = sp.Parameters.Read.ByteOffset; position += {|MDL1010:MmGetMdlByteOffset(m)|}; Sink.Take(position);")]
    [InlineData("long sector = (sp.Parameters.Read.ByteOffset + {|MDL1010:MmGetMdlByteOffset(m)|}) / 512; Sink.Take(sector);")]
    public Task PageOffsetAsPosition_Reports(string body) =>
        Read($"if (irp.MdlAddress is not {{ }} m) return STATUS_SUCCESS; {body}", Fields + " private static void Seek(long diskOffset) { }");

    [Theory]
    [InlineData("long mdlOffset = {|MDL1010:sp.Parameters.Read.ByteOffset|}; Sink.Take(mdlOffset);")]
    [InlineData("uint pageOffset = {|MDL1010:(uint)sp.Parameters.Read.ByteOffset|}; Sink.Take(pageOffset);")]
    [InlineData("nuint bufferOffset = {|MDL1010:(nuint)sp.Parameters.Read.ByteOffset|}; Sink.Take(bufferOffset);")]
    [InlineData("Take({|MDL1010:(uint)sp.Parameters.Read.ByteOffset|});")]
    [InlineData("Start({|MDL1010:(ulong)sp.Parameters.Read.ByteOffset|});")]
    public Task FileOffsetAsOffsetInTheBuffer_Reports(string body) =>
        Read(body, Fields + " private static void Take([MdlValue(MdlValueKind.ByteOffset)] uint offset) { } private static void Start([MdlValue(MdlValueKind.TransferOffset)] ulong offset) { }");

    [Fact]
    public Task WriteParameters_Reports() =>
        Write("if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; Sink.Take(MmGetMdlVirtualAddress(m) + {|MDL1010:(nuint)sp.Parameters.Write.ByteOffset|});");

    [Fact]
    public Task MdlOfAParameter_Reports() =>
        Class("static nuint At(Mdl m, IoStackLocation sp) => MmGetMdlVirtualAddress(m) + {|MDL1010:(nuint)sp.Parameters.Read.ByteOffset|};");

    [Theory]
    [InlineData("Sink.Take({|MDL1010:p[sp.Parameters.Read.ByteOffset]|});")]
    [InlineData("p += {|MDL1010:sp.Parameters.Read.ByteOffset|}; Sink.Take((nuint)p);")]
    [InlineData("var data = new Span<byte>(p, (int)n); Sink.Take({|MDL1010:data.Slice((int)sp.Parameters.Read.ByteOffset)|});")]
    [InlineData("var data = new Span<byte>(p, (int)n); Sink.Take({|MDL1010:data[(int)sp.Parameters.Read.ByteOffset..]|});")]
    public Task PointerOrSpanOfTheBuffer_Reports(string body) =>
        Method($"IoStackLocation sp = IoGetCurrentIrpStackLocation(_irp); byte* p = (byte*)MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); if (p == null) return; {body}");
}
