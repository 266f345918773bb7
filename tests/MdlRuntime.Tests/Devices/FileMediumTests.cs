using MdlRuntime.Devices;

namespace MdlRuntime.Tests.Devices;

public sealed class FileMediumTests
{
    [Fact]
    public void A_read_fills_the_pieces_in_order_from_a_position()
    {
        using var file = new TemporaryFile(100);
        using var medium = new FileMedium(file.Path);
        byte[] first = new byte[10], second = new byte[20];

        Assert.Equal(30, medium.Read(5, [first, second]));

        Assert.Equal(file.Bytes[5..15], first);
        Assert.Equal(file.Bytes[15..35], second);
    }

    [Fact]
    public void A_write_stores_the_pieces_in_order_at_a_position()
    {
        using var file = new TemporaryFile(100);
        using (var medium = new FileMedium(file.Path, FileAccess.ReadWrite))
            Assert.Equal(3, medium.Write(5, [new byte[] { 1, 2 }, new byte[] { 3 }]));

        (file.Bytes[5], file.Bytes[6], file.Bytes[7]) = (1, 2, 3);
        Assert.Equal(file.Bytes, File.ReadAllBytes(file.Path));
    }

    [Fact]
    public void A_missing_file_is_noticed_when_the_medium_is_used()
    {
        using var medium = new FileMedium(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N")));

        Assert.Throws<FileNotFoundException>(() => medium.Length);
        Assert.Throws<FileNotFoundException>(() => medium.Read(0, [new byte[1]]));
    }

    [Fact]
    public void A_file_that_appears_later_is_found()
    {
        using var file = new TemporaryFile(3);
        File.Delete(file.Path);
        using var medium = new FileMedium(file.Path);
        Assert.Throws<FileNotFoundException>(() => medium.Length);

        File.WriteAllBytes(file.Path, file.Bytes);

        Assert.Equal(3, medium.Length);
    }

    [Fact]
    public void A_shrunken_file_is_an_error_and_not_the_end_of_the_medium()
    {
        using var file = new TemporaryFile(100);
        using var medium = new FileMedium(file.Path, FileAccess.ReadWrite);
        Assert.Equal(100, medium.Length);

        file.Shrink(40);

        Assert.Throws<EndOfStreamException>(() => medium.Read(30, [new byte[20]]));
        Assert.Throws<EndOfStreamException>(() => medium.Write(30, [new byte[20]]));
        Assert.Equal(40, new FileInfo(file.Path).Length);
    }

    [Fact]
    public void Access_decides_whether_the_medium_is_read_only()
    {
        Assert.True(new FileMedium("x").IsReadOnly);
        Assert.False(new FileMedium("x", FileAccess.ReadWrite).IsReadOnly);
    }

    [Fact]
    public void An_access_that_no_medium_has_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>("access", () => new FileMedium("x", FileAccess.Write));

    [Fact]
    public void A_medium_that_was_taken_out_refuses_to_be_read()
    {
        using var file = new TemporaryFile(10);
        var medium = new FileMedium(file.Path);
        Assert.Equal(10, medium.Length);

        medium.Dispose();

        Assert.Throws<ObjectDisposedException>(() => medium.Length);
    }
}
