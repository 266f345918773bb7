using System.Buffers;

namespace Benchmarks;

/// <summary>The floor for allocate and free: an array of the MDL's size taken from the shared pool and put back.</summary>
internal sealed class RentedArrays(int pages)
{
    public ulong RentAndReturn(int times)
    {
        ulong sum = 0;
        for (int i = 0; i < times; i++)
        {
            nuint[] array = ArrayPool<nuint>.Shared.Rent(6 + pages);
            sum += ++array[0];
            ArrayPool<nuint>.Shared.Return(array);
        }

        return sum;
    }
}
