using MdlRuntime.Devices;
using MdlRuntime.Simulation;

namespace MdlRuntime.Tests.Devices;

/// <summary>One driver on every kind of machine: it knows nothing of caches that devices do not see, nor of translation, and needs not to.</summary>
public sealed class DiskMachineTests
{
    private const uint Length = 10000;

    public static IEnumerable<(bool CoherentDma, bool Iommu, bool ScatterGather, int AddressBits)> Machines =>
        from coherentDma in (bool[])[true, false]
        from iommu in (bool[])[false, true]
        from scatterGather in (bool[])[true, false]
        from bits in (int[])[24, 64]
        select (coherentDma, iommu, scatterGather, bits);

    [Theory, Proves("DMA-005", "DMA-099", "DMA-301", "DMA-236", "DMA-126"), MemberData(nameof(Machines))]
    public void What_is_written_is_what_is_read_later(bool coherentDma, bool iommu, bool scatterGather, int bits)
    {
        byte[] medium = new byte[3 * Length];
        var disk = new BlockDeviceOptions { ScatterGather = scatterGather, AddressBits = bits };
        using var rig = new DiskRig(new MemoryMedium(medium), disk, new MachineOptions { CoherentDma = coherentDma, Iommu = iommu });
        for (int round = 0; round < 3; round++)
        {
            byte[] written = new byte[Length];
            new Random(round).NextBytes(written);

            Assert.Equal((NtStatus.STATUS_SUCCESS, Length), Summary(rig.Write(written, pageOffset: 0xF38, position: round)));
            (IoStatusBlock status, byte[] read) = rig.Read(Length, pageOffset: 0xE51, position: round);

            Assert.Equal((NtStatus.STATUS_SUCCESS, Length), Summary(status));
            Assert.True(written.AsSpan().SequenceEqual(read));
            Assert.True(written.AsSpan().SequenceEqual(medium.AsSpan(round, (int)Length)));
        }

        rig.AssertClean();
    }

    private static (NtStatus, uint) Summary(IoStatusBlock status) => (status.Status, (uint)status.Information);
}
